// SPDX-License-Identifier: MIT
#include "bench/measure/gbench.h"

#include "bench/base/utf8.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <numeric>
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
    bool incomplete = false; // a repetition failed or was interrupted
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

double smallest(const Samples &samples) {
    return *std::min_element(samples.begin(), samples.end());
}

// The nearest rank: the smallest sample that is not below `fraction` of them.
double percentile(Samples samples, double fraction) {
    std::sort(samples.begin(), samples.end());
    auto rank = static_cast<size_t>(std::ceil(fraction * static_cast<double>(samples.size())));
    return samples[std::max<size_t>(rank, 1) - 1];
}

double mean_of(const Samples &samples) {
    return std::accumulate(samples.begin(), samples.end(), 0.0) /
           static_cast<double>(samples.size());
}

double variation(const Samples &samples) {
    if (samples.size() < 2)
        return 0;
    const double mean = mean_of(samples);
    double squares = 0;
    for (double sample : samples)
        squares += (sample - mean) * (sample - mean);
    return std::sqrt(squares / static_cast<double>(samples.size() - 1)) / mean;
}

// As the library does it: between the two in the middle where their number is even.
double median_of(Samples samples) {
    std::sort(samples.begin(), samples.end());
    const size_t middle = samples.size() / 2;
    return samples.size() % 2 ? samples[middle] : (samples[middle - 1] + samples[middle]) / 2;
}

void fill_result(const Row &row) {
    gbench_result &result = *row.row.result;
    result.repetitions = static_cast<int>(row.seconds.size());
    if (row.seconds.empty())
        return;
    result.median = median_of(row.seconds);
    result.min = smallest(row.seconds);
    result.p95 = percentile(row.seconds, 0.95);
    result.p99 = percentile(row.seconds, 0.99);
    result.cv = variation(row.seconds);
}

Row *row_of(const Run &run) {
    for (const auto &row : batch)
        if (run.run_name.function_name == row->row.name)
            return row.get();
    return nullptr;
}

// Keeps what was measured: repetitions, and the library's aggregates where all of them count.
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
        if (!kept.empty())
            reports.push_back(kept);
    }

  private:
    static bool counts(Row &row, const Run &run) {
        if (run.run_type == Run::RT_Aggregate)
            return !row.incomplete;
        if (has_no_time(run) || run.counters.count(no_measurement)) {
            row.incomplete = true;
            return false;
        }
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
            ->UseRealTime()
            ->ComputeStatistics("min", smallest)
            ->ComputeStatistics("p95",
                                [](const Samples &samples) { return percentile(samples, 0.95); })
            ->ComputeStatistics("p99",
                                [](const Samples &samples) { return percentile(samples, 0.99); });
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
        fill_result(*row);
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
