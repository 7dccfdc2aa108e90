using BenchmarkDotNet.Running;

// dotnet run -c Release --project tests/Benchmarks -- --filter '*'      the parts
BenchmarkSwitcher.FromAssembly(typeof(QuicPair.Benchmarks.NoiseBenchmark).Assembly).Run(args);
