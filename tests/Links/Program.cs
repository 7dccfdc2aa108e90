using QuicPair.Links;

// links rtt=50 loss=2 -- node measure.mjs ours ours 20    a command whose two ends are on the two sides of a link
// links rtt=50 -- dotnet Benchmarks.dll path 40           a phone on one side, its Mac and the runner on the other
// links rtt=50 rate=10 queue=50 secs=30 sharing           flows of ours and of TCP Reno through one bottleneck
// Needs Linux, root, iproute2 and /dev/net/tun. LinkSettings lists what a link can do.
// A run that was killed leaves namespaces (qplab…) behind; tests/Nat removes them.
var separator = Array.IndexOf(args, "--");
if (separator >= 0)
{
    return await Command.Run(LinkSettings.Parse(args[..separator]), args[(separator + 1)..]);
}

if (args is [.. var words, "sharing"])
{
    await Sharing.Run(LinkSettings.Parse(words));
    return 0;
}

Console.Error.WriteLine("links SETTING… -- COMMAND…, or links SETTING… sharing");
return 2;
