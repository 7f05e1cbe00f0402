// SPDX-License-Identifier: MIT
#include "bench/measure/gbench.h"

#include "bench/base/utf8.h"
#include "bench/statistics/statistics.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

namespace {

using Run = benchmark::BenchmarkReporter::Run;
using Samples = std::vector<double>;

// From 1.8 on a run has `skipped` in place of `error_occurred`, and times given by a flag a unit.
template <class T, class = void> struct has_skipped : std::false_type {};
template <class T> struct has_skipped<T, std::void_t<decltype(T::skipped)>> : std::true_type {};
constexpr bool is_1_8_or_newer = has_skipped<Run>::value;

template <class T> bool has_no_time(const T &run) {
    if constexpr (has_skipped<T>::value)
        return static_cast<bool>(run.skipped);
    else
        return run.error_occurred;
}

// A registered row and what its repetitions gave.
struct Row {
    gbench_row row;
    int calls = 0; // stands for finished repetitions: the library reports nothing before the last
    Samples seconds;
};

// Marks a repetition that is no measurement. The library's own mark, SkipWithError, ends the
// program where some repetitions of a row have it and some have not.
const char *const no_measurement = "no_measurement";

int repetitions = 1;
std::vector<std::unique_ptr<Row>> batch;
std::vector<std::vector<Run>> reports;
int64_t families = 0;
const gbench_observer *observer = nullptr;
bool context_complete = true;

void tell_progress(const Row &current) {
    int done = 0;
    for (const auto &row : batch)
        done += std::min(row->calls, repetitions);
    observer->progress(observer->data, current.row.name, done,
                       static_cast<int>(batch.size()) * repetitions);
}

void add_counters(benchmark::State &state, const gbench_row &row) {
    for (int i = 0; i < row.counter_count; i++) {
        const gbench_counter &counter = row.counters[i];
        auto flags = counter.per_second ? benchmark::Counter::kIsIterationInvariantRate
                                        : benchmark::Counter::kDefaults;
        state.counters[counter.name] = benchmark::Counter(counter.value, flags);
    }
    state.SetLabel(row.label);
}

// One repetition. Once the sweep is stopped the rest of them run empty.
void measure(benchmark::State &state, Row &row) {
    const bool stopped = *observer->stop;
    bool failed = false;
    while (state.KeepRunning())
        if (!stopped)
            failed |= !row.row.body(row.row.data);
    if (stopped || failed)
        state.counters[no_measurement] = 1;
    else
        add_counters(state, row.row);
    if (failed)
        row.row.result->failed = true;
    row.calls++;
    tell_progress(row);
}

int count_of(const Samples &samples) {
    return static_cast<int>(samples.size());
}

double smallest(const double *values, int count) {
    return *std::min_element(values, values + count);
}

// Relative to what never varies and is 0, nothing varies.
double variation(const double *values, int count) {
    return standard_deviation(values, count) > 0 ? coefficient_of_variation(values, count) : 0;
}

void fill_result(gbench_result &result, const Samples &seconds) {
    const double *values = seconds.data();
    const int count = result.repetitions = count_of(seconds);
    if (count == 0)
        return;
    result.median = median(values, count);
    result.min = smallest(values, count);
    result.cv = variation(values, count);
}

Row *row_of(const Run &run) {
    for (const auto &row : batch)
        if (run.run_name.function_name == row->row.name)
            return row.get();
    return nullptr;
}

// Keeps what was measured: the repetitions, of which every aggregate can be computed.
class Keeper : public benchmark::BenchmarkReporter {
  public:
    bool ReportContext(const Context &) override {
        return true;
    }

    void ReportRuns(const std::vector<Run> &runs) override {
        std::vector<Run> kept;
        for (Run run : runs) {
            Row *row = row_of(run);
            if (!row || !counts(*row, run))
                continue;
            run.family_index += families;
            run.statistics = nullptr; // it belongs to the registered benchmark, which goes
            kept.push_back(run);
        }
        if (kept.empty())
            return;
        reports.push_back(kept);
    }

  private:
    static bool counts(Row &row, const Run &run) {
        if (run.run_type == Run::RT_Aggregate)
            return false;
        if (has_no_time(run) || run.counters.count(no_measurement))
            return false;
        row.seconds.push_back(run.GetAdjustedRealTime() /
                              benchmark::GetTimeUnitMultiplier(run.time_unit));
        return true;
    }
};

// Repetitions and time are set by flags, not row by row: those would become part of every name.
void initialize(double min_time) {
    const char *unit = is_1_8_or_newer ? "s" : "";
    // The library keeps the address of the first one.
    static std::string flags[] = {"rnnbench",
                                  "--benchmark_repetitions=" + std::to_string(repetitions),
                                  "--benchmark_min_time=" + std::to_string(min_time) + unit,
                                  "--benchmark_enable_random_interleaving=true",
                                  "--benchmark_report_aggregates_only=false",
                                  "--benchmark_display_aggregates_only=false",
                                  "--benchmark_list_tests=false",
                                  "--benchmark_out="};
    std::vector<char *> argv;
    for (auto &flag : flags)
        argv.push_back(&flag[0]);
    int argc = static_cast<int>(argv.size());
    argv.push_back(nullptr);
    benchmark::Initialize(&argc, argv.data());
}

void write_reports(std::ostream &out) {
    benchmark::JSONReporter json;
    json.SetOutputStream(&out);
    json.SetErrorStream(&out);
    benchmark::BenchmarkReporter::Context context;
    json.ReportContext(context);
    for (const auto &runs : reports)
        json.ReportRuns(runs);
    json.Finalize();
    out.flush();
}

} // namespace

bool gbench_start(int repetitions_wanted, double min_time) {
    repetitions = repetitions_wanted;
    try {
        initialize(min_time);
        return true;
    } catch (const std::exception &) {
        return false;
    }
}

void gbench_add_context(const char *key, const char *value) {
    try {
        const std::unique_ptr<char, decltype(&std::free)> clean(utf8_clean(value), std::free);
        if (clean)
            benchmark::AddCustomContext(key, clean.get());
        else
            context_complete = false;
    } catch (const std::exception &) {
        context_complete = false;
    }
}

bool gbench_add_row(const gbench_row *row) {
    try {
        batch.push_back(std::make_unique<Row>());
        Row &added = *batch.back();
        added.row = *row;
        *row->result = gbench_result{};
        benchmark::RegisterBenchmark(row->name,
                                     [&added](benchmark::State &state) { measure(state, added); })
            ->MeasureProcessCPUTime()
            ->UseRealTime();
        return true;
    } catch (const std::exception &) {
        return false;
    }
}

bool gbench_add_samples(const gbench_row *row, const gbench_samples *samples) {
    try {
        std::vector<Run> runs;
        for (int i = 0; i < samples->count; i++) {
            Run run;
            run.run_name.function_name = row->name;
            run.run_name.time_type = "process_time/real_time";
            run.family_index = families;
            run.per_family_instance_index = 0;
            run.report_label = row->label;
            run.iterations = samples->iterations;
            run.threads = 1;
            run.repetition_index = i;
            run.repetitions = samples->count;
            run.time_unit = benchmark::kNanosecond;
            run.real_accumulated_time =
                samples->seconds[i] * static_cast<double>(samples->iterations);
            run.cpu_accumulated_time =
                samples->cpu_seconds[i] * static_cast<double>(samples->iterations);
            for (int k = 0; k < row->counter_count; k++) {
                const gbench_counter &counter = row->counters[k];
                run.counters[counter.name] = benchmark::Counter(
                    counter.value / (counter.per_second ? samples->seconds[i] : 1));
            }
            runs.push_back(run);
        }
        reports.push_back(runs);
        families++;
        *row->result = gbench_result{};
        fill_result(*row->result, Samples(samples->seconds, samples->seconds + samples->count));
        return true;
    } catch (const std::exception &) {
        return false;
    }
}

bool gbench_run(const gbench_observer *watching) {
    bool ok = true;
    observer = watching;
    try {
        Keeper keeper;
        if (!batch.empty())
            benchmark::RunSpecifiedBenchmarks(&keeper, nullptr, ".");
    } catch (const std::exception &) {
        ok = false;
    }
    for (const auto &row : batch)
        fill_result(*row->row.result, row->seconds);
    benchmark::ClearRegisteredBenchmarks();
    families += static_cast<int64_t>(batch.size());
    batch.clear();
    observer = nullptr;
    return ok;
}

char *gbench_json(size_t *size) {
    if (!context_complete)
        return nullptr;
    try {
        std::ostringstream out;
        write_reports(out);
        const std::string text = out.str();
        auto *copy = static_cast<char *>(std::malloc(text.size() + 1));
        if (copy)
            std::memcpy(copy, text.c_str(), text.size() + 1);
        *size = text.size();
        return copy;
    } catch (const std::exception &) {
        return nullptr;
    }
}
