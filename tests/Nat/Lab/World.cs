using QuicPair.Nat.Routers;

namespace QuicPair.Nat.Lab;

/// <summary>An internet with a TURN server in it, and what a test adds; all gone when it is disposed.</summary>
internal sealed class World : IDisposable
{
    private readonly Stack<IDisposable> _owned = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("qplab");

    public World(TimeSpan oneWay = default, bool sharedSecret = false)
    {
        Lane.Require();
        Internet = new Internet { OneWay = oneWay };
        UsesSecret = sharedSecret;
        try
        {
            Turn = Add(TurnServer.Start(Internet, _folder.FullName, sharedSecret));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public Internet Internet { get; }

    public TurnServer Turn { get; }

    /// <summary>Whether the TURN server knows time-limited credentials of its secret only, instead of a user.</summary>
    public bool UsesSecret { get; }

    /// <summary>Where its files are.</summary>
    public string Folder => _folder.FullName;

    /// <summary>What a peer has to trust to use TURN over TLS.</summary>
    public string Authority => LabCertificates.At(Folder).Authority;

    public Site Site(NatKind kind, int place) => Add(Routers.Site.Create(Internet, kind, place));

    public T Add<T>(T owned)
        where T : IDisposable
    {
        _owned.Push(owned);
        return owned;
    }

    public void Dispose()
    {
        while (_owned.TryPop(out var owned)) owned.Dispose();
        Internet.Dispose();
        _folder.Delete(recursive: true);
    }
}
