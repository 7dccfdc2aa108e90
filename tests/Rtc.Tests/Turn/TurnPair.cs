using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Turn;
using QuicPair.Rtc.Wire;
using Xunit;

namespace QuicPair.Rtc.Tests.Turn;

/// <summary>A client and a scripted server on one virtual clock; an answer comes in the same instant.</summary>
internal sealed class TurnPair
{
    private readonly byte[] _buffer = new byte[2_100];

    public TurnPair(bool isStream = false) =>
        Client = new TurnClient(new TurnCredentials("user", "word"), isStream, new CountingEntropy());

    public TurnClient Client { get; }

    public ScriptedTurn Server { get; } = new();

    public Instant Now { get; private set; } = Instant.Start + TimeSpan.FromSeconds(1);

    /// <summary>Requests that went out.</summary>
    public int Sent { get; private set; }

    /// <summary>Whether nothing comes back.</summary>
    public bool IsSilent { get; set; }

    /// <summary>The last answer of the server.</summary>
    public byte[] LastAnswer { get; private set; } = [];

    public static TurnPair Allocated(bool isStream = false)
    {
        var pair = new TurnPair(isStream);
        pair.Start();
        Assert.Equal(TurnState.Allocated, pair.Client.State);
        return pair;
    }

    public void Start()
    {
        Client.Start(Now);
        Drain();
    }

    public void Drain()
    {
        while (Client.TryTransmit(Now, _buffer, out var length))
        {
            Sent++;
            if (IsSilent) continue;
            Server.Now = Now;
            LastAnswer = Server.Answer(_buffer.AsSpan(0, length));
            Assert.False(Client.TryReceive(Now, LastAnswer, out _, out _));
        }
    }

    /// <summary>Runs for a while; <paramref name="each"/> is called each second.</summary>
    public void RunFor(TimeSpan time, Action? each = null)
    {
        var end = Now + time;
        while (Now < end)
        {
            var second = Now + TimeSpan.FromSeconds(1);
            while (Client.NextTimeout is { } next && next <= second)
            {
                Now = next > Now ? next : Now;
                Client.HandleTimeout(Now);
                Drain();
                Assert.True(Client.NextTimeout is not { } then || then > Now, "a drained client is idle");
            }

            Server.Now = Now = second;
            each?.Invoke();
        }
    }

    /// <summary>Lets time pass in which nobody is called.</summary>
    public void Sleep(TimeSpan time) => Server.Now = Now += time;

    /// <summary>Sends a payload; what goes to the server for it.</summary>
    public byte[] Send(TransportAddress peer, ReadOnlySpan<byte> payload)
    {
        var length = Client.Wrap(Now, peer, payload, _buffer);
        var wrapped = _buffer[..length];
        Drain();
        return wrapped;
    }
}
