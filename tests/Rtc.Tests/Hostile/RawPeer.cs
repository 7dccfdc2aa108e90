using QuicPair.Rtc.Channels;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Sctp.Association;
using QuicPair.Rtc.Sctp.Chunks;
using QuicPair.Rtc.Tests.Simulation;
using Xunit;

namespace QuicPair.Rtc.Tests.Hostile;

/// <summary>
/// A peer that has connected as it should and from then on writes its packets by hand. What comes back is counted.
/// </summary>
internal sealed class RawPeer
{
    private readonly byte[] _packet = new byte[2048];

    private RawPeer(DataChannels victim, StreamId channel, Instant now) =>
        (Victim, Channel, Now) = (victim, channel, now);

    public DataChannels Victim { get; }

    /// <summary>A channel of the victim's.</summary>
    public StreamId Channel { get; }

    public Instant Now { get; private set; }

    public ControlBlock Control => Victim.Association.State.Control!;

    /// <summary>Packets that the victim has sent since.</summary>
    public int Answers { get; private set; }

    /// <summary>DATA chunks in them, new or again.</summary>
    public int DataChunks { get; private set; }

    public long BytesIn { get; private set; }

    public long BytesOut { get; private set; }

    public int Events { get; private set; }

    /// <summary>Bytes that the victim has allocated since.</summary>
    public long Allocated { get; private set; }

    /// <summary>How often the victim has looked at a chunk that it keeps, its own or ours.</summary>
    public long Looked => Control.Sender.Looked + Control.Reassembly.Looked;

    /// <summary>The next TSN that the victim expects.</summary>
    public Tsn Next => Control.Tracker.Cumulative.Next;

    public static RawPeer Connect(SctpOptions? options = null)
    {
        var pair = ChannelPair.Create(LinkOptions.Clean(TimeSpan.FromMilliseconds(1)), left: options);
        pair.Connect();
        var id = pair.Open();
        pair.RunFor(TimeSpan.FromSeconds(1));
        return new RawPeer(pair.Left.Channels, id, pair.Now);
    }

    /// <summary>Sends one packet with the right tag and checksum.</summary>
    public void Send(params ReadOnlySpan<string> chunks) =>
        Deliver(SctpPacket.Create(Victim.Association.LocalTag, chunks));

    /// <summary>Sends one DATA chunk.</summary>
    public void SendData(Tsn tsn, int stream, int ssn, int flags, int length = 1) =>
        Send(Data(tsn, stream, ssn, flags, length));

    public static string Data(Tsn tsn, int stream, int ssn, int flags, int length = 1) =>
        $"00{flags:X2}{16 + length:X4} {tsn.Hex()} {(ushort)stream:X4} {(ushort)ssn:X4} 00000035 "
        + new string('0', 2 * length);

    public void Deliver(byte[] packet)
    {
        BytesIn += packet.Length;
        var before = GC.GetAllocatedBytesForCurrentThread();
        Victim.HandleDatagram(Now, packet);
        Allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        Drain();
    }

    /// <summary>Lets time pass.</summary>
    public void Wait(TimeSpan time)
    {
        var end = Now + time;
        for (var steps = 0; Victim.NextTimeout is { } due && due <= end; steps++)
        {
            Assert.True(steps < 100_000, "time does not pass");
            Now = due > Now ? due : Now;
            Victim.HandleTimeout(Now);
            Drain();
        }

        Now = end;
    }

    /// <summary>Takes what the victim says and sends.</summary>
    public void Drain()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        while (Victim.TryTake(out _)) Events++;
        Allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        while (TryTransmit(out var length))
        {
            Answers++;
            BytesOut += length;
            DataChunks += SctpPacket.Types(_packet.AsMemory(0, length)).Count(type => type == ChunkType.Data);
        }
    }

    public void ForgetAnswers() =>
        (Answers, DataChunks, BytesIn, BytesOut, Events, Allocated) = (0, 0, 0, 0, 0, 0);

    private bool TryTransmit(out int length)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var isSent = Victim.TryTransmit(Now, _packet, out length);
        Allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        return isSent;
    }
}
