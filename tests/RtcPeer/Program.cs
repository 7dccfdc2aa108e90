using System.Text.Json;
using QuicPair.RtcPeer;

// One WebRTC peer driven by JSON lines on stdin, with its news as JSON lines on stdout. A process is one side
// and has one connection at a time; README.md has the whole list of commands and events.
await using var peer = new Peer(PeerSettings.FromEnvironment(), Console.Out);
peer.Tell(new { e = "ready" });
while (await Console.In.ReadLineAsync() is { } line)
{
    using var command = JsonDocument.Parse(line);
    if (!await peer.Obey(command.RootElement)) return 0;
}

return 0;
