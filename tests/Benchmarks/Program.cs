using BenchmarkDotNet.Running;
using QuicPair.Benchmarks.Devices;
using QuicPair.Benchmarks.Path;
using QuicPair.Benchmarks.Peers;
using QuicPair.Benchmarks.Signaling;

// dotnet run -c Release --project tests/Benchmarks -- --filter '*'    the parts
// dotnet run -c Release --project tests/Benchmarks -- path 200        the whole path, stage by stage
// QuicPair.Links rtt=50 -- dotnet Benchmarks.dll path 40              the same over an emulated link (root on Linux)
// dotnet run -c Release --project tests/Benchmarks -- cancel 100      from "stop" to the runner's stop, in each stage
// dotnet run -c Release --project tests/Benchmarks -- crowd 20 500    the first token's share of one device and of 20,
//                                                                     each at rest up to 500 ms between two questions
// dotnet run -c Release --project tests/Benchmarks -- phones 1000     1,000 phones on one silo: connects, idling, chats
// dotnet run -c Release --project tests/Benchmarks -- peers 10000 1000   so many peers in one process, and so many
//                                                                     of them active: memory, threads, time, delays
// dotnet run -c Release --project tests/Benchmarks -- silent-servers 100   offer → answer, all STUN and TURN silent
// dotnet run -c Release --project tests/Benchmarks -- signaling 3     200 offers a second to the Macs of a household
// dotnet run -c Release --project tests/Benchmarks -- devices 10 100 1000 10000   a Mac with so many; also: postgres 10
var count = args.Length > 1 && int.TryParse(args[1], out var given) ? given : (int?)null;
switch (args)
{
    case [PathRun.Verb, ..]:
        return await PathRun.Run(count ?? 200);
    case ["cancel", ..]:
        return await CancelRun.Run(count ?? 100);
    case ["crowd", ..]:
        var rest = args.Length > 2 && int.TryParse(args[2], out var most) ? most : 0;
        return await CrowdRun.Run(count ?? 20, TimeSpan.FromMilliseconds(rest));
    case ["phones", ..]:
        return await PhonesRun.Run(count ?? 1000);
    case ["peers", .. var words]:
        return await PeersRun.Run(words);
    case [OfferingSide.Verb, ..] when count is { } port:
        return await OfferingSide.Run(port);
    case ["silent-servers", ..]:
        return await SilentServersRun.Run(count ?? 100);
    case ["signaling", .. var words]:
        return await SignalingRun.Run(words);
    case ["devices", .. var words]:
        return await DevicesRun.Run(words);
    default:
        BenchmarkSwitcher.FromAssembly(typeof(QuicPair.Benchmarks.NoiseBenchmark).Assembly).Run(args);
        return 0;
}
