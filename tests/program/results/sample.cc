// SPDX-License-Identifier: MIT
//
// What Google Benchmark can write. The files beside this one are its output, in turn of release
// 1.5.0, of 1.7.1 with --benchmark_repetitions=2 --benchmark_report_aggregates_only=true, and of
// 1.9.5 with --benchmark_repetitions=2, each with --benchmark_format=json; host_name and executable
// were changed. Where there is SkipWithMessage(), compile it with -DHAS_SKIP, and before 1.5.3,
// which has no kSecond, with -DkSecond=kMillisecond.
#include <benchmark/benchmark.h>

#include <limits>

static void nothing(benchmark::State &state) {
    for (auto _ : state)
        benchmark::DoNotOptimize(state.iterations());
    state.SetComplexityN(state.range(0));
}

static void counters(benchmark::State &state) {
    for (auto _ : state)
        benchmark::DoNotOptimize(state.iterations());
    for (const char *name : {"iterations", "real_time", "cpu_time", "threads", "name", "run_name",
                             "run_type", "time_unit", "repetitions", "repetition_index", "label",
                             "error_occurred", "error_message", "aggregate_name", "family_index"})
        state.counters[name] = 7;
    state.counters["not a number"] = std::numeric_limits<double>::quiet_NaN();
    state.counters["infinite"] = -std::numeric_limits<double>::infinity();
    state.counters["rate"] = benchmark::Counter(1, benchmark::Counter::kIsRate);
    state.SetLabel("a \"label\"\n");
}

static void manual(benchmark::State &state) {
    for (auto _ : state)
        state.SetIterationTime(1e-7 * static_cast<double>(state.range(0)));
}

static void fails(benchmark::State &state) {
    state.SkipWithError("no \"luck\"");
    for (auto _ : state) {
    }
}

BENCHMARK(nothing)->Arg(1)->Arg(2)->Arg(4)->Iterations(10)->Complexity(benchmark::oN);
BENCHMARK(nothing)->Arg(8)->Iterations(10)->ThreadRange(1, 2)->UseRealTime();
BENCHMARK(nothing)->Arg(9)->Iterations(10)->Complexity(); // of one size: no complexity is found
BENCHMARK(counters)->Iterations(10);
BENCHMARK(manual)->Arg(0)->Iterations(10)->UseManualTime();
BENCHMARK(manual)->Arg(1)->Iterations(10)->UseManualTime()->Unit(benchmark::kNanosecond);
BENCHMARK(manual)->Arg(2)->Iterations(10)->UseManualTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(manual)->Arg(3)->Iterations(10)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK(manual)->Arg(4)->Iterations(10)->UseManualTime()->Unit(benchmark::kSecond);
BENCHMARK(manual)->Arg(5)->Iterations(10)->UseManualTime();
BENCHMARK(manual)->Arg(5)->Iterations(10)->UseManualTime(); // twice, of one name
BENCHMARK(fails);
#ifdef HAS_SKIP
static void skips(benchmark::State &state) {
    state.SkipWithMessage("not here");
    for (auto _ : state) {
    }
}
BENCHMARK(skips);
#endif

BENCHMARK_MAIN();
