using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using QuicPair.Cluster;
using QuicPair.Interop.Peers;
using QuicPair.Noise;
using QuicPair.Silo.Audit;
using QuicPair.Silo.Control;
using QuicPair.Silo.Household;
using QuicPair.Silo.Keys;
using QuicPair.Silo.Tests.Keys;

namespace QuicPair.Silo.Tests.Household;

public sealed class HouseholdDeskTests : IDisposable
{
    private const string Database = "Host=192.0.2.1;Username=mac;Database=quicpair";

    // Room for control.sock in it, and none for household/.s.PGSQL.1.
    private const int LongPath = 85;

    private readonly TemporaryFolder _temporary = new();
    private readonly DataFolder _folder;
    private readonly KeyStore _keys;
    private readonly HouseholdDesk _desk;

    public HouseholdDeskTests()
    {
        _folder = DataFolder.Open(_temporary.Of("data"));
        _keys = KeyStore.Open(_folder, TimeProvider.System);
        _desk = Desk(_keys, _folder);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _desk.Dispose();
        _keys.Dispose();
        _folder.Dispose();
        _temporary.Dispose();
    }

    [Fact]
    public async Task Nobody_is_invited_to_a_household_that_has_a_front_door_and_no_database_yet()
    {
        await MakeFrontDoor();

        var reply = (await _desk.Answer(new ControlRequest { Op = "invite" }))!;

        Assert.Equal(("bad_request", null), (reply.Code, reply.Invitation));
        Assert.Equal("The household is not made yet: quicpair household create", reply.Message);
    }

    [Fact]
    public async Task Who_joins_is_told_the_database_that_a_file_names()
    {
        await MakeFrontDoor();
        await File.WriteAllTextAsync(_temporary.Of("database"), Database + "\n", Cancellation);
        _desk.Options = new HouseholdOptions
        {
            Certificates = _folder.Of(HouseholdFiles.Folder),
            ConnectionStringFile = _temporary.Of("database"),
        };

        var invited = (await _desk.Answer(new ControlRequest { Op = "invite" }))!;

        Assert.True(MemberInvitation.TryParse(invited.Invitation, out var invitation));
        using var joiner = KeyPair.Generate(RandomKeySource.Instance);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var client = new TcpClient();
        await client.ConnectAsync(IPEndPoint.Parse(invitation.At), Cancellation);
        var reply = await JoinExchange.Ask(
            client.GetStream(), joiner, invitation,
            new JoinRequest(invitation.Secret, key.ExportSubjectPublicKeyInfo()), Cancellation);
        Assert.Equal(Database, reply.ConnectionString);
    }

    [Fact]
    public async Task A_data_folder_whose_path_is_too_long_for_a_door_is_said_before_anything_is_done()
    {
        using var folder = DataFolder.Open(_temporary.Of(new string('d', LongPath - _temporary.Path.Length - 1)));
        Assert.True(SocketPath.Fits(folder.Socket));
        using var keys = KeyStore.Open(folder, TimeProvider.System);
        using var desk = Desk(keys, folder);
        var create = new ControlRequest
        {
            Op = "household",
            Database = $"Host=127.0.0.1;Port={FreePort.Next()};Username=mac",
            Door = $"127.0.0.1:{FreePort.Next()}",
            Address = "127.0.0.1",
            Port = FreePort.Next(),
        };
        var invitation = new MemberInvitation(
            $"127.0.0.1:{FreePort.Next()}", "first Mac", [.. _keys.Mac.PublicKey],
            new byte[HandshakeState.PresharedKeyLength], long.MaxValue);
        var join = new ControlRequest { Op = "join", Invitation = invitation.Format(), Port = FreePort.Next() };

        foreach (var request in new[] { create, join })
        {
            var reply = (await desk.Answer(request))!;
            Assert.Equal("bad_request", reply.Code);
            Assert.StartsWith("The path of the data folder is too long", reply.Message, StringComparison.Ordinal);
        }

        // Without a door there is no socket; nobody listens at the database's port.
        Assert.Equal("unreachable", (await desk.Answer(create with { Door = null }))!.Code);
        Assert.False(Directory.Exists(folder.Of(HouseholdFiles.Folder)));
    }

    private static HouseholdDesk Desk(KeyStore keys, DataFolder folder) => new(
        keys, "first Mac", folder,
        new AuditLog(folder.Of("audit.log"), TimeProvider.System, NullLogger<AuditLog>.Instance), TimeProvider.System);

    private async Task MakeFrontDoor()
    {
        var reply = (await _desk.Answer(new ControlRequest
        {
            Op = "front_door",
            Folder = _temporary.Of("front-door"),
            Database = Database,
        }))!;
        Assert.True(reply.Ok, reply.Message);
    }
}
