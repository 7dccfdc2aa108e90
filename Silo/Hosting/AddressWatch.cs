using System.Net;
using System.Net.Sockets;
using Npgsql;
using QuicPair.Cluster;
using QuicPair.Cluster.Supervision;

namespace QuicPair.Silo.Hosting;

/// <summary>
/// A Mac whose own address nobody chose, and whose machine has the former one no more, or had none at its start: its
/// silo starts anew under the address of that moment. The other Macs dial the former one, and as long as the front door
/// reaches this Mac over the connections that it keeps there, nobody declares it dead for that. A Mac that is away from
/// its household's database keeps what it has: the new silo would wait for it, and nothing would serve meanwhile.
/// </summary>
internal sealed class AddressWatch : BackgroundService
{
    // Ours: a look costs a socket that sends nothing.
    internal static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    // Ours: networks come and go, and often give a machine back what it had.
    internal const int LooksInARow = 3;

    // Ours: a database that does not answer by then is away.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly HouseholdOptions _household;
    private readonly IPAddress _advertised;
    private readonly SiloFailure _silo;
    private readonly TimeProvider _time;
    private readonly Func<IPAddress, bool> _isHere;
    private readonly Func<IPAddress> _find;
    private readonly Func<CancellationToken, Task<bool>> _databaseAnswers;

    public AddressWatch(HouseholdOptions household, ILocalSiloDetails self, SiloFailure silo, TimeProvider time)
        : this(
            household,
            self.SiloAddress.Endpoint.Address,
            silo,
            time,
            OwnAddress.IsHere,
            () => OwnAddress.Find(household.Address).Advertised,
            Asking(household.Database()))
    {
    }

    internal AddressWatch(
        HouseholdOptions household,
        IPAddress advertised,
        SiloFailure silo,
        TimeProvider time,
        Func<IPAddress, bool> isHere,
        Func<IPAddress> find,
        Func<CancellationToken, Task<bool>> databaseAnswers)
    {
        _household = household;
        _advertised = advertised;
        _silo = silo;
        _time = time;
        _isHere = isHere;
        _find = find;
        _databaseAnswers = databaseAnswers;
    }

    /// <summary>Whether a database takes a connection from here; what it says to a wrong password is no yes.</summary>
    internal static async Task<bool> Answers(string database, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            await using var connection = new NpgsqlConnection($"{database};Pooling=false");
            await connection.OpenAsync(limit.Token);
            return true;
        }
        catch (Exception problem) when (problem is NpgsqlException or SocketException or IOException
            or TimeoutException or OperationCanceledException)
        {
            return false;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!OwnAddress.IsFound(_household.Address)) return;
        using var timer = new PeriodicTimer(LookEvery, _time);
        IPAddress? found = null;
        var looks = 0;
        try
        {
            do
            {
                var other = Other();
                looks = other is null ? 0 : other.Equals(found) ? looks + 1 : 1;
                found = other;
                if (looks < LooksInARow || !await _databaseAnswers(stoppingToken)) continue;
                _silo.Replace();
                return;
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The daemon stops.
        }
    }

    /// <summary>The address that is to take the place of the advertised one; null while there is no reason.</summary>
    private IPAddress? Other()
    {
        // Loopback is always here: of a machine that had no network when the silo started.
        if (!IPAddress.IsLoopback(_advertised) && _isHere(_advertised)) return null;
        var found = _find();
        return IPAddress.IsLoopback(found) || IsLinkLocal(found) || found.Equals(_advertised) ? null : found;
    }

    /// <summary>169.254/16 (RFC 3927) or fe80::/10: what a machine gives itself without a network.</summary>
    private static bool IsLinkLocal(IPAddress address) =>
        address.IsIPv6LinkLocal || address.GetAddressBytes() is [169, 254, _, _];

    // A household without a database has none to wait for.
    private static Func<CancellationToken, Task<bool>> Asking(string? database) => cancellation =>
        database is null ? Task.FromResult(true) : Answers(database, cancellation);
}
