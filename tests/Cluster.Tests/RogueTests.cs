using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans.Configuration;
using Orleans.Runtime.MembershipService;
using QuicPair.Cluster.Certificates;
using QuicPair.Cluster.Supervision;
using QuicPair.Cluster.Tests.Processes;
using QuicPair.Grains.Interfaces;
using QuicPair.Interop.Peers;
using Xunit;

namespace QuicPair.Cluster.Tests;

/// <summary>Who is not of the house and tries to come in, each of them with the database's password.</summary>
public sealed class RogueTests(Database database) : IAsyncLifetime
{
    private const string Honest = "aaaaaaaaaaaaaaaa";
    private const string Other = "bbbbbbbbbbbbbbbb";

    /// <summary>What an honest member says of whoever shows no certificate of its household.</summary>
    private const string Stranger = "A stranger at ";

    private static readonly Action<ISiloBuilder> Silent = _ => { };

    private readonly HeardLog _heard = new(typeof(MutualTls).FullName!);
    private readonly string _folder = Directory.CreateTempSubdirectory("quicpair-rogue-").FullName;
    private readonly HouseholdAuthority _authority = HouseholdAuthority.Create(TimeProvider.System);
    private HouseholdOptions _options = null!;
    private Member _member = null!;
    private string _database = "";
    private int _port;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await database.Server.NewDatabase();
        _port = FreePort.Next();
        _options = Options(_authority, Honest, _port);
        _member = await Member.Start(Honest, _options, _heard.Listen);
    }

    public async ValueTask DisposeAsync()
    {
        await _member.DisposeAsync();
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_silo_with_its_own_certificate_is_let_in()
    {
        await using var second = await Member.Start(Other, Options(_authority, Other));
        Assert.Equal([Honest, Other], Active(second));
        await second.Knows(Honest, Cancellation);
        await _member.Knows(Other, Cancellation);
        Assert.Equal(Honest, (await second.Grains.Mac(MacId.Parse(Honest)).GetState()).Mac.Value);
        Assert.Equal(Other, (await _member.Grains.Mac(MacId.Parse(Other)).GetState()).Mac.Value);
    }

    [Fact]
    public async Task A_silo_without_a_certificate_is_refused()
    {
        var options = Options(_authority, Other);
        options.Certificates = "";
        await Refused(Other, options, Silent, Stranger);
    }

    [Fact]
    public async Task A_silo_with_an_expired_certificate_is_refused()
    {
        var now = DateTimeOffset.UtcNow;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var expired = _authority.Issue(
            Other, key.ExportSubjectPublicKeyInfo(), now - TimeSpan.FromHours(2), now - TimeSpan.FromMinutes(1));
        var options = Options(_authority, Other);
        MemberCertificate.Save(
            options.Certificates, expired, key.ExportPkcs8PrivateKeyPem(), _authority.Certificate);
        await Refused(Other, options, Silent, Stranger);
    }

    [Fact]
    public async Task A_silo_of_another_household_is_refused()
    {
        using var foreign = HouseholdAuthority.Create(TimeProvider.System);
        await Refused(Other, Options(foreign, Other), Silent, Stranger);
    }

    [Fact]
    public async Task A_silo_that_takes_another_macs_name_is_refused()
    {
        const string Taken = "cccccccccccccccc";
        await Refused(
            Other,
            Options(_authority, Other),
            silo => silo.Services.PostConfigure<SiloOptions>(o => o.SiloName = Taken),
            $"{Other} is not the silo at ");
    }

    [Fact]
    public async Task A_silo_that_was_expelled_loses_its_connections_and_its_place_and_is_refused_for_good()
    {
        const string Third = "cccccccccccccccc";
        await using var expelled = await Member.Start(Other, Options(_authority, Other));
        var thirds = Options(_authority, Third);
        await using var third = await Member.Start(Third, thirds);
        await expelled.Knows(Honest, Cancellation);
        await _member.Knows(Third, Cancellation);
        Assert.Equal(Honest, (await expelled.Grains.Mac(MacId.Parse(Honest)).GetState()).Mac.Value);

        // What the authority did not sign is nothing, whoever wrote it.
        await Execute($"INSERT INTO QuicPairExpelled VALUES ('{Third}', decode(repeat('00', 64), 'hex'))");
        await Expulsions.Add(Other, _authority, _database);
        await Until(() => Knows(_options) && Knows(thirds));
        await Until(() => !Active(_member).Contains(Other) && !Active(third).Contains(Other));

        await Until(async () =>
            await Record.ExceptionAsync(() => expelled.Grains.Mac(MacId.Parse(Honest)).GetState()) is not null);
        await Assert.ThrowsAnyAsync<Exception>(() => expelled.Grains.Mac(MacId.Parse(Honest)).GetState());
        Assert.Equal(Third, (await _member.Grains.Mac(MacId.Parse(Third)).GetState()).Mac.Value);

        // A new certificate of that name is as good as none, and a row that is gone takes nothing back.
        await Execute("DELETE FROM QuicPairExpelled");
        await Refused(Other, Options(_authority, Other), Silent, Stranger);

        static bool Knows(HouseholdOptions member) => ExpelledMembers.In(member.Certificates).Contains(Other);
    }

    [Fact]
    public void A_certificate_of_another_mac_stops_an_honest_silo_at_its_start() =>
        Assert.Throws<CertificateException>(() => Host.CreateApplicationBuilder().UseOrleans(silo =>
            silo.UseHousehold(Honest, Options(_authority, Other))));

    [Fact]
    public void A_silo_on_a_network_needs_a_certificate() =>
        Assert.Throws<CertificateException>(() => Host.CreateApplicationBuilder().UseOrleans(silo =>
            silo.UseHousehold(Honest, new HouseholdOptions
            {
                Address = "192.0.2.1",
                Port = 11111,
                ConnectionString = _database,
            })));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_cannot_call_grains(bool withCertificate)
    {
        var options = Options(_authority, Other);
        var tls = new MutualTls(
            MemberCertificate.Open(options.Certificates)!,
            new MemberConnections(),
            new IPEndPoint(IPAddress.Loopback, _port));
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleansClient(client =>
        {
            client.UseStaticClustering(new IPEndPoint(IPAddress.Loopback, _port));
            client.Configure<ClusterOptions>(o =>
                (o.ClusterId, o.ServiceId) = (ClusterIdentity.ClusterId, ClusterIdentity.ServiceId));
            client.UseConnectionRetryFilter((_, _) => Task.FromResult(false));
            client.Configure<ConnectionOptions>(o => o.OpenConnectionTimeout = TimeSpan.FromSeconds(3));
            client.Configure<ClientMessagingOptions>(o => o.ResponseTimeout = TimeSpan.FromSeconds(3));
            if (withCertificate)
            {
                client.Configure<ClientConnectionOptions>(o => o.ConfigureConnection(tls.Dial));
            }
        });
        using var host = builder.Build();
        await Assert.ThrowsAnyAsync<Exception>(() => host.StartAsync(Cancellation));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stranger_at_the_port_reads_nothing(bool tls)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _port, Cancellation);
        await using var stream = client.GetStream();
        Stream open = stream;
        if (tls)
        {
            var ssl = new SslStream(stream, leaveInnerStreamOpen: true, (_, shown, _, _) => shown is not null);
            open = ssl;
            await Assert.ThrowsAnyAsync<Exception>(async () =>
            {
                var hello = new SslClientAuthenticationOptions { TargetHost = "x" };
                await ssl.AuthenticateAsClientAsync(hello, Cancellation);
                await ReadOne(ssl);
            });
            return;
        }

        try
        {
            await stream.WriteAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray(), Cancellation);
            Assert.Equal(0, await open.ReadAsync(new byte[1], Cancellation));
        }
        catch (IOException)
        {
            // Reset: closed all the same.
        }
    }

    private static async Task ReadOne(Stream stream)
    {
        if (await stream.ReadAsync(new byte[1], Cancellation) == 0)
        {
            throw new EndOfStreamException();
        }
    }

    private async Task Refused(
        string name, HouseholdOptions options, Action<ISiloBuilder> change, string cause)
    {
        var members = Active(_member).ToList();
        await Execute(
            """
            CREATE TABLE Admitted (SiloName text);
            CREATE FUNCTION Admit() RETURNS trigger LANGUAGE plpgsql AS
              $$ BEGIN INSERT INTO Admitted VALUES (NEW.SiloName); RETURN NULL; END $$;
            CREATE TRIGGER Admission AFTER INSERT OR UPDATE ON OrleansMembershipTable
              FOR EACH ROW WHEN (NEW.Status = 3) EXECUTE FUNCTION Admit();
            """);
        var before = Refusals();

        // With the database's password it may write itself into the list of members; it stays alone all the same.
        await Assert.ThrowsAsync<OrleansClusterConnectivityCheckFailedException>(async () =>
        {
            await using var rogue = await Member.Start(name, options, change, patience: 3);
        });

        await Until(() => Refusals() > before);
        Assert.Empty((await Admitted()).Except(members));
        Assert.Equal(members, Active(_member));
        foreach (var member in members)
        {
            Assert.Equal(member, (await _member.Grains.Mac(MacId.Parse(member)).GetState()).Mac.Value);
        }

        int Refusals() => _heard.Lines.Count(line => line.StartsWith(cause, StringComparison.Ordinal)
            && line.Contains("turned away", StringComparison.Ordinal));
    }

    /// <summary>Who was an active member at any time since the rogue came.</summary>
    private async Task<List<string>> Admitted()
    {
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand("SELECT DISTINCT SiloName FROM Admitted", connection);
        await using var rows = await command.ExecuteReaderAsync(Cancellation);
        var names = new List<string>();
        while (await rows.ReadAsync(Cancellation)) names.Add(rows.GetString(0));
        return names;
    }

    private static Task Until(Func<bool> met) => Until(() => Task.FromResult(met()));

    private static async Task Until(Func<Task<bool>> met)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        for (var tick = 0; !await met(); tick++)
        {
            Assert.True(tick < 600);
            await timer.WaitForNextTickAsync(Cancellation);
        }
    }

    private async Task Execute(string sql)
    {
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        Assert.NotEqual(0, await command.ExecuteNonQueryAsync(Cancellation));
    }

    private static IEnumerable<string> Active(Member member) => member.Snapshot.Members.Values
        .Where(silo => silo.Status == SiloStatus.Active)
        .Select(silo => silo.Name)
        .Order();

    private HouseholdOptions Options(HouseholdAuthority authority, string name, int port = 0)
    {
        var folder = Path.Combine(_folder, Guid.NewGuid().ToString("N"));
        MemberCertificate.Issue(authority, name, folder);
        return new HouseholdOptions { ConnectionString = _database, Certificates = folder, Port = port };
    }
}
