using BenchmarkDotNet.Running;
using QuicPair.Benchmarks.Path;

// dotnet run -c Release --project tests/Benchmarks -- --filter '*'    the parts
// dotnet run -c Release --project tests/Benchmarks -- path 200        the whole path, stage by stage
if (args is ["path", ..])
{
    return await PathRun.Run(args.Length > 1 ? int.Parse(args[1]) : 200);
}

BenchmarkSwitcher.FromAssembly(typeof(QuicPair.Benchmarks.NoiseBenchmark).Assembly).Run(args);
return 0;
