// SPDX-License-Identifier: MIT
#include "gbench.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace {

using Run = benchmark::BenchmarkReporter::Run;
using Samples = std::vector<double>;

// A registered row and how often it was called, which stands for its finished repetitions: the
// library reports nothing before the last one.
struct Row {
    gbench_row row;
    int calls = 0;
};

int repetitions = 1;
std::vector<std::unique_ptr<Row>> batch;
std::vector<std::vector<Run>> reports;
int64_t families = 0;
const gbench_observer *observer = nullptr;

void tell_progress(const Row &current) {
    int done = 0;
    for (const auto &row : batch)
        done += std::min(row->calls, repetitions);
    observer->progress(observer->data, current.row.name, done,
                       static_cast<int>(batch.size()) * repetitions);
}

void measure(benchmark::State &state, Row &row) {
    if (*observer->stop) {
        state.SkipWithError("interrupted");
        return;
    }
    bool ok = true;
    while (state.KeepRunning())
        ok &= row.row.body(row.row.data);
    if (!ok)
        state.SkipWithError("a run failed");
    for (int i = 0; i < row.row.counter_count; i++) {
        const gbench_counter &counter = row.row.counters[i];
        auto flags = counter.per_second ? benchmark::Counter::kIsIterationInvariantRate
                                        : benchmark::Counter::kDefaults;
        state.counters[counter.name] = benchmark::Counter(counter.value, flags);
    }
    state.SetLabel(row.row.label);
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

// Fills the result of a row from the aggregates of its repetitions.
void take_aggregate(gbench_result &result, const Run &run) {
    if (run.aggregate_name == "cv") {
        result.cv = run.real_accumulated_time;
        return;
    }
    const double seconds =
        run.GetAdjustedRealTime() / benchmark::GetTimeUnitMultiplier(run.time_unit);
    if (run.aggregate_name == "median")
        result.median = seconds;
    else if (run.aggregate_name == "min")
        result.min = seconds;
    else if (run.aggregate_name == "p95")
        result.p95 = seconds;
    else if (run.aggregate_name == "p99")
        result.p99 = seconds;
}

void take_repetition(gbench_result &result, const Run &run) {
    const double seconds =
        run.GetAdjustedRealTime() / benchmark::GetTimeUnitMultiplier(run.time_unit);
    result.repetitions++;
    if (result.repetitions == 1)
        result.median = result.min = result.p95 = result.p99 = seconds;
}

gbench_result *result_of(const Run &run) {
    for (const auto &row : batch)
        if (run.run_name.function_name == row->row.name)
            return row->row.result;
    return nullptr;
}

// Keeps what was measured. A repetition that failed or was interrupted is not a measurement.
class Keeper : public benchmark::BenchmarkReporter {
  public:
    bool ReportContext(const Context &) override {
        return true;
    }

    void ReportRuns(const std::vector<Run> &runs) override {
        std::vector<Run> kept;
        for (Run run : runs) {
            gbench_result *result = result_of(run);
            if (run.error_occurred) {
                if (result)
                    std::snprintf(result->error, sizeof result->error, "%s",
                                  run.error_message.c_str());
                continue;
            }
            if (result)
                take(*result, run);
            run.family_index += families;
            run.statistics = nullptr; // it belongs to the registered benchmark, which goes
            kept.push_back(run);
        }
        if (!kept.empty())
            reports.push_back(kept);
    }

  private:
    static void take(gbench_result &result, const Run &run) {
        if (run.run_type == Run::RT_Aggregate)
            take_aggregate(result, run);
        else
            take_repetition(result, run);
    }
};

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

// Repetitions and time are set by flags, not row by row: those would become part of every name.
void gbench_start(int repetitions_wanted, double min_time) {
    repetitions = repetitions_wanted;
    // The library keeps the address of the first one.
    static std::string flags[] = {"rnnbench",
                                  "--benchmark_repetitions=" + std::to_string(repetitions),
                                  "--benchmark_min_time=" + std::to_string(min_time),
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

void gbench_add_context(const char *key, const char *value) {
    benchmark::AddCustomContext(key, value);
}

bool gbench_add_row(const gbench_row *row) {
    try {
        batch.push_back(std::make_unique<Row>(Row{*row}));
        Row &added = *batch.back();
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
    benchmark::ClearRegisteredBenchmarks();
    families += static_cast<int64_t>(batch.size());
    batch.clear();
    observer = nullptr;
    return ok;
}

bool gbench_write(const char *path) {
    try {
        namespace fs = std::filesystem;
        const bool replace = !fs::exists(path) || fs::is_regular_file(path); // not a pipe or device
        const std::string unfinished = replace ? std::string(path) + ".part" : path;
        std::ofstream file(unfinished);
        if (!file)
            return false;
        write_reports(file);
        file.close();
        if (file && (!replace || std::rename(unfinished.c_str(), path) == 0))
            return true;
        const int why = errno;
        if (replace)
            std::remove(unfinished.c_str());
        errno = why;
        return false;
    } catch (const std::exception &) {
        errno = ENOMEM;
        return false;
    }
}
