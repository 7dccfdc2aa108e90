using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sockets.Dtls;
using Xunit;

namespace QuicPair.Rtc.Sockets.Tests.Dtls;

/// <summary>A client and a server joined by a wire that a test may cut, shuffle and rewrite.</summary>
internal sealed class DtlsPair : IDisposable
{
    private readonly HandshakeThreads _threads = new(2);
    private readonly SemaphoreSlim _news = new(0);

    public DtlsPair()
    {
        Client = new DtlsEnd(_threads, () => _news.Release());
        Server = new DtlsEnd(_threads, () => _news.Release());
    }

    public DtlsEnd Client { get; }

    public DtlsEnd Server { get; }

    /// <summary>
    /// What becomes of the datagrams that one end sends together; all arrive in order by default.
    /// </summary>
    public Func<DtlsEnd, List<byte[]>, IEnumerable<byte[]>> Wire { get; set; } = (_, datagrams) => datagrams;

    public void Start()
    {
        Server.Start(DtlsRole.Server, Client.Certificate.Fingerprint);
        Client.Start(DtlsRole.Client, Server.Certificate.Fingerprint);
    }

    public async Task RunUntil(Func<bool> isDone)
    {
        while (true)
        {
            while (Move(Client, Server) | Move(Server, Client))
            {
            }

            if (isDone()) return;
            await _news.WaitAsync(TestContext.Current.CancellationToken);
            Client.Transport.HandleTimeout(Instant.Start);
            Server.Transport.HandleTimeout(Instant.Start);
        }
    }

    public async Task Connect()
    {
        Start();
        await RunUntil(() => AreBoth(DtlsState.Connected));
    }

    public bool AreBoth(DtlsState state) =>
        Client.Transport.State == state && Server.Transport.State == state;

    public void Dispose()
    {
        Client.Dispose();
        Server.Dispose();
        _threads.Dispose();
    }

    private bool Move(DtlsEnd from, DtlsEnd to)
    {
        var datagrams = from.TakeDatagrams();
        foreach (var datagram in Wire(from, datagrams).ToList()) to.Handle(datagram);
        to.Receive();
        return datagrams.Count > 0;
    }
}
