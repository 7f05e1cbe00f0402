/* SPDX-License-Identifier: MIT */
#include "bench/machine/peak.h"

#include "bench/base/clock.h"
#include "bench/base/fail.h"
#include "kernels/isa/peak.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

int peak_isa_count(void) {
    int count = 0;
    while (count < PEAK_MOST_ISAS && rnn_peak_at(count))
        count++;
    return count;
}

const char *peak_isa_name(int isa) {
    return rnn_peak_at(isa)->name;
}

bool peak_isa_available(int isa) {
    return rnn_peak_runs(isa);
}

/* ---- A run: all threads do the same work at the same time ----------------------------------- */

/* A sample is short, so that on a shared machine some run undisturbed. */
#define SAMPLE_SECONDS 0.003
#define LEAST_SAMPLES  3

typedef struct peak_run {
    const rnn_peak *loops;
    size_t floats; /* how many each thread reads, or 0 for multiply-adds on registers */
    int threads;
    double seconds;  /* how long the whole run may take */
    double deadline; /* when the run should end, by the clock */
    int samples;     /* how many were taken so far */
    long repeats;    /* how often a sample does the work; the first thread sets it */
    double fastest;  /* the seconds of the fastest sample, infinite before the first */
    bool all_started, failed, done;
    rnn_error *error;
    pthread_mutex_t gate;
    pthread_barrier_t barrier;
} peak_run;

typedef struct peak_worker {
    peak_run *run;
    int index;
    float *data;
    float result; /* kept, so that the work has a use */
} peak_worker;

static void work(peak_worker *worker, long repeats) {
    const peak_run *run = worker->run;
    const float factor = 0.5f, addend = 1.0f; /* converges to 2: no overflow, no denormals */
    worker->result += run->floats ? run->loops->read(worker->data, run->floats, repeats)
                                  : run->loops->multiply_add(repeats, factor, addend);
}

/* Returns how often the work must be repeated to last as long as a sample should. */
static long calibrate(peak_worker *worker) {
    long repeats = 1;
    for (;;) {
        double start = clock_seconds();
        work(worker, repeats);
        double seconds = clock_seconds() - start;
        if (seconds > SAMPLE_SECONDS / 4)
            return lrint(ceil((double)repeats * SAMPLE_SECONDS / seconds));
        repeats *= 2;
    }
}

static bool prepare(peak_worker *worker) {
    size_t floats = worker->run->floats;
    if (floats == 0)
        return true;
    worker->data = aligned_alloc(64, floats * sizeof(float));
    for (size_t i = 0; worker->data && i < floats; i++)
        worker->data[i] = 1.0f;
    if (!worker->data)
        fail(worker->run->error, "out of memory: %zu bytes for each of %d threads",
             floats * sizeof(float), worker->run->threads);
    return worker->data != NULL;
}

static void *run_worker(void *argument) {
    peak_worker *worker = argument;
    peak_run *run = worker->run;
    pthread_mutex_lock(&run->gate);
    bool all_started = run->all_started;
    if (all_started && !prepare(worker))
        run->failed = true;
    pthread_mutex_unlock(&run->gate);
    if (!all_started)
        return NULL;
    pthread_barrier_wait(&run->barrier);
    bool failed = run->failed;
    if (worker->index == 0 && !failed)
        run->repeats = calibrate(worker);
    while (!failed) {
        pthread_barrier_wait(&run->barrier);
        if (run->done)
            break;
        double start = clock_seconds();
        work(worker, run->repeats);
        pthread_barrier_wait(&run->barrier);
        if (worker->index > 0)
            continue;
        /* Between two barriers the first thread alone writes. */
        run->fastest = fmin(run->fastest, clock_seconds() - start);
        run->done = ++run->samples >= LEAST_SAMPLES && clock_seconds() > run->deadline;
    }
    free(worker->data);
    return NULL;
}

/* The gate is closed until all threads exist: a barrier waits for ever for one that does not. */
static bool start_and_join(peak_run *run, peak_worker *workers, pthread_t *threads) {
    int started = 0;
    pthread_mutex_lock(&run->gate);
    for (; started < run->threads; started++) {
        workers[started] = (peak_worker){.run = run, .index = started};
        int status = pthread_create(&threads[started], NULL, run_worker, &workers[started]);
        if (status != 0) {
            fail(run->error, "thread %d of %d: %s", started + 1, run->threads, strerror(status));
            break;
        }
    }
    run->all_started = started == run->threads;
    pthread_mutex_unlock(&run->gate);
    for (int i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    return run->all_started && !run->failed;
}

static bool run_threads(peak_run *run) {
    peak_worker *workers = calloc((size_t)run->threads, sizeof *workers);
    pthread_t *threads = calloc((size_t)run->threads, sizeof *threads);
    run->deadline = clock_seconds() + run->seconds;
    bool ok = workers && threads &&
              pthread_barrier_init(&run->barrier, NULL, (unsigned)run->threads) == 0;
    if (!ok) {
        fail(run->error, "out of memory: %d threads", run->threads);
    } else {
        pthread_mutex_init(&run->gate, NULL);
        ok = start_and_join(run, workers, threads);
        pthread_mutex_destroy(&run->gate);
        pthread_barrier_destroy(&run->barrier);
    }
    free(workers);
    free(threads);
    return ok;
}

/* ---- The measurements ----------------------------------------------------------------------- */

/* Measures how fast all threads together read, where each reads `bytes` of its own again and again,
 * by the widest instructions that the CPU has. */
static bool measure_reads(peak_run run, size_t bytes, double *reads) {
    int widest = peak_isa_count() - 1;
    while (widest > 0 && !peak_isa_available(widest))
        widest--;
    run.loops = rnn_peak_at(widest);
    run.floats = (bytes / sizeof(float) / RNN_PEAK_READ_STEP + 1) * RNN_PEAK_READ_STEP;
    if (!run_threads(&run))
        return false;
    *reads = (double)(run.floats * sizeof(float)) * (double)run.repeats * run.threads / run.fastest;
    return true;
}

/* Returns a thread's share of half of a cache, since what else runs here would push more of it out,
 * but at least twice the level before, as it must not come from there. */
static size_t cache_working_set(const machine_info *machine, int level, int threads) {
    size_t share = machine_cache_bytes(machine, level, threads) / 2 / (size_t)threads;
    size_t least =
        level ? 2 * machine_cache_bytes(machine, level - 1, threads) / (size_t)threads : 0;
    return share > least ? share : least;
}

/* Returns a thread's share of four times all caches, or of a quarter of the memory that is left
 * where that is less. */
static size_t memory_working_set(const machine_info *machine, int threads) {
    size_t bytes = (size_t)64 << 20;
    int last = machine->cache_count - 1;
    if (last >= 0 && 4 * machine_cache_bytes(machine, last, threads) > bytes)
        bytes = 4 * machine_cache_bytes(machine, last, threads);
    size_t memory = machine_available_memory();
    if (memory && bytes > memory / 4)
        bytes = memory / 4;
    return bytes / (size_t)threads;
}

bool peak_measure(const machine_info *machine, int threads, double seconds, peak_set *peaks,
                  rnn_error *error) {
    const int measurements = peak_isa_count() + MACHINE_MAX_CACHES + 1;
    threads = threads < machine->cores ? threads : machine->cores;
    const peak_run start = {
        .threads = threads, .seconds = seconds / measurements, .fastest = INFINITY, .error = error};
    *peaks = (struct peak_set){.threads = threads};
    bool ok = true;
    for (int isa = 0; isa < peak_isa_count() && ok; isa++) {
        peak_run run = start;
        run.loops = rnn_peak_at(isa);
        if (peak_isa_available(isa) && (ok = run_threads(&run)))
            peaks->flops[isa] =
                (double)run.loops->flops_per_round * (double)run.repeats * threads / run.fastest;
    }
    for (int level = 0; level < machine->cache_count && ok; level++)
        ok = measure_reads(start, cache_working_set(machine, level, threads), &peaks->reads[level]);
    return ok && measure_reads(start, memory_working_set(machine, threads), &peaks->memory_reads);
}

void peak_raise(peak_set *peaks, const peak_set *fewer) {
    for (int isa = 0; isa < peak_isa_count(); isa++)
        peaks->flops[isa] = fmax(peaks->flops[isa], fewer->flops[isa]);
    for (int level = 0; level < MACHINE_MAX_CACHES; level++)
        peaks->reads[level] = fmax(peaks->reads[level], fewer->reads[level]);
    peaks->memory_reads = fmax(peaks->memory_reads, fewer->memory_reads);
}

double peak_reads_behind(const machine_info *machine, const peak_set *peaks, int level) {
    return level + 1 < machine->cache_count ? peaks->reads[level + 1] : peaks->memory_reads;
}

/* ---- On several numbers of threads ----------------------------------------------------------- */

static bool measure_each(const machine_info *machine, const int_list *threads, double seconds,
                         peak_set *peaks, int count, rnn_error *error) {
    int measured = 0;
    for (int p = 1; p <= count; p++)
        measured += p == 1 || p == count || int_list_contains(threads, p);
    for (int p = 1; p <= count; p++) {
        bool wanted = p == 1 || p == count || int_list_contains(threads, p);
        if (!wanted)
            peaks[p - 1] = peaks[p - 2];
        else if (!peak_measure(machine, p, seconds / measured, &peaks[p - 1], error))
            return false;
        if (p > 1)
            peak_raise(&peaks[p - 1], &peaks[p - 2]);
    }
    return true;
}

peak_set *peaks_measure(const machine_info *machine, const int_list *threads, double seconds,
                        int *count, rnn_error *error) {
    int most = 1;
    for (int i = 0; i < threads->count; i++)
        if (threads->values[i] > most)
            most = threads->values[i];
    *count = most < machine->cores ? most : machine->cores;
    peak_set *peaks = calloc((size_t)*count, sizeof *peaks);
    if (!peaks)
        fail(error, "out of memory: peaks of %d threads", *count);
    else if (measure_each(machine, threads, seconds, peaks, *count, error))
        return peaks;
    free(peaks);
    return NULL;
}

void peaks_text(const machine_info *machine, const peak_set *peaks, char text[PEAKS_TEXT_SIZE]) {
    size_t used = 0;
    for (int isa = 0; isa < peak_isa_count(); isa++)
        used += (size_t)snprintf(text + used, PEAKS_TEXT_SIZE - used, "%s %.1f GFLOP/s, ",
                                 peak_isa_name(isa), 1e-9 * peaks->flops[isa]);
    for (int level = 0; level < machine->cache_count; level++)
        used += (size_t)snprintf(text + used, PEAKS_TEXT_SIZE - used, "L%d %.1f GB/s, ", level + 1,
                                 1e-9 * peaks->reads[level]);
    snprintf(text + used, PEAKS_TEXT_SIZE - used, "DRAM %.1f GB/s", 1e-9 * peaks->memory_reads);
}
