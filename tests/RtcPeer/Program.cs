using QuicPair.RtcPeer;

// WebRTC peers driven by JSON lines on stdin, with their news as JSON lines on stdout. A process is one side;
// README.md has the whole list of commands and events.
await using var peers = new Peers(PeerSettings.FromEnvironment(), Console.Out);
while (await Console.In.ReadLineAsync() is { } line)
{
    if (!await peers.Obey(line)) return 0;
}

return 0;
