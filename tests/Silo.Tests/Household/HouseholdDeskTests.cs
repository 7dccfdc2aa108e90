using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using QuicPair.Cluster;
using QuicPair.Cluster.Certificates;
using QuicPair.Interop.Peers;
using QuicPair.Noise;
using QuicPair.Protocol;
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
    private readonly AuditLog _audit;
    private readonly HouseholdDesk _desk;

    public HouseholdDeskTests()
    {
        _folder = DataFolder.Open(_temporary.Of("data"));
        _keys = KeyStore.Open(_folder, TimeProvider.System);
        _audit = Audit(_folder);
        _desk = Desk(_keys, _folder, _audit);
    }

    private string FrontDoor => _temporary.Of("front-door");

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
    public async Task A_front_door_is_told_to_listen_for_macs_at_both_families()
    {
        var target = _temporary.Of("front-door");
        var reply = (await _desk.Answer(new ControlRequest
        {
            Op = "front_door",
            Folder = target,
            Database = Database,
            Door = "door.example.org:11112",
        }))!;

        Assert.True(reply.Ok, reply.Message);
        var settings = Path.Combine(target, HouseholdFiles.Settings);
        using var written = JsonDocument.Parse(await File.ReadAllTextAsync(settings, Cancellation));
        Assert.Equal(
            "[::]:11112", written.RootElement.GetProperty("Cluster").GetProperty("DoorListen").GetString());
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

        using var joiner = KeyPair.Generate(RandomKeySource.Instance);
        Assert.Equal(Database, (await Ask(await Invite(), joiner)).ConnectionString);
    }

    [Fact]
    public async Task Who_was_ever_let_in_is_known_here_and_told_to_the_next()
    {
        await MakeHousehold();
        using var first = KeyPair.Generate(RandomKeySource.Instance);
        using var second = KeyPair.Generate(RandomKeySource.Instance);

        Assert.Empty((await Ask(await Invite(), first)).Macs!);
        Assert.Equal([KeySchedule.MacId(first.PublicKey)], (await Ask(await Invite(), second)).Macs);

        Assert.Equal([KeySchedule.MacId(first.PublicKey), KeySchedule.MacId(second.PublicKey)], _keys.Members);
    }

    [Fact]
    public async Task A_Mac_that_is_turned_away_is_in_the_audit_log_with_the_reason()
    {
        await MakeHousehold();
        var invitation = await Invite();
        using var joiner = KeyPair.Generate(RandomKeySource.Instance);
        var id = KeySchedule.MacId(joiner.PublicKey);
        string nobody;
        using (var place = JoinPlace.Open("127.0.0.1", 0)!) nobody = place.At;

        await SayNonsense(invitation);
        var guessed = invitation with { Secret = new byte[HandshakeState.PresharedKeyLength] };
        await Assert.ThrowsAsync<JoinException>(() => Ask(guessed, joiner));
        await Assert.ThrowsAsync<JoinException>(() => Ask(invitation, joiner, nobody));
        ExpelledMembers.Add(_folder.Of(HouseholdFiles.Folder), [id]);
        await Assert.ThrowsAsync<JoinException>(() => Ask(invitation, joiner));

        (string?, string?)[] expected =
            [(null, "join_sealed"), (id, "join_secret"), (id, "join_unreachable"), (id, "join_expelled")];
        Assert.Equal(expected, Refusals());
    }

    [Fact]
    public async Task A_data_folder_whose_path_is_too_long_for_a_door_is_said_before_anything_is_done()
    {
        using var folder = DataFolder.Open(_temporary.Of(new string('d', LongPath - _temporary.Path.Length - 1)));
        Assert.True(SocketPath.Fits(folder.Socket));
        using var keys = KeyStore.Open(folder, TimeProvider.System);
        using var desk = Desk(keys, folder, Audit(folder));
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

    [Fact]
    public async Task A_front_door_is_told_whom_the_household_expelled_and_keeps_whom_it_knows()
    {
        const string here = "bbbbbbbbbbbbbbbb";
        const string there = "cccccccccccccccc";
        await MakeFrontDoor();
        ExpelledMembers.Add(_folder.Of(HouseholdFiles.Folder), [here]);
        ExpelledMembers.Add(FrontDoor, [there]);

        await MakeFrontDoor();

        Assert.Equal([here, there], File.ReadAllLines(Path.Combine(FrontDoor, ExpelledMembers.ListFile)));
        Assert.Equal([FrontDoor], Directory.GetDirectories(_temporary.Path, "front-door*"));
    }

    [Fact]
    public async Task A_front_doors_files_are_not_made_among_those_that_it_has()
    {
        await MakeFrontDoor();
        var before = File.ReadAllText(Path.Combine(FrontDoor, "member.pem"));

        // Where the settings would be made there.
        Directory.CreateDirectory(Path.Combine(FrontDoor, $"{HouseholdFiles.Settings}.new"));
        await MakeFrontDoor();

        Assert.NotEqual(before, File.ReadAllText(Path.Combine(FrontDoor, "member.pem")));
        using var member = MemberCertificate.Open(FrontDoor);
        Assert.Equal(ClusterIdentity.FrontDoor, member!.Name);
    }

    [Fact]
    public async Task A_front_doors_new_files_that_cannot_take_their_place_are_removed()
    {
        Directory.CreateDirectory(Path.Combine(FrontDoor, HouseholdFiles.Settings));

        var reply = (await _desk.Answer(new ControlRequest
        {
            Op = "front_door",
            Folder = FrontDoor,
            Database = Database,
        }))!;

        Assert.Equal("failed", reply.Code);
        Assert.Equal([Path.Combine(FrontDoor, HouseholdFiles.Settings)], Directory.GetDirectories(FrontDoor));
        Assert.Equal([FrontDoor], Directory.GetDirectories(_temporary.Path, "front-door*"));
    }

    [Theory]
    [InlineData("household")]
    [InlineData("household/")]
    [InlineData("keys/../household")]
    public async Task A_front_doors_files_do_not_take_the_place_of_the_Macs_own(string target)
    {
        var reply = (await _desk.Answer(new ControlRequest
        {
            Op = "front_door",
            Folder = _folder.Of(target),
            Database = Database,
        }))!;

        Assert.Equal("bad_request", reply.Code);
        Assert.Equal("That folder has this Mac's own files; say another one.", reply.Message);
        Assert.False(Directory.Exists(_folder.Of(HouseholdFiles.Folder)));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_said()
    {
        await File.WriteAllTextAsync(_temporary.Of("file"), "", Cancellation);
        var reply = (await _desk.Answer(new ControlRequest
        {
            Op = "front_door",
            Folder = _temporary.Of("file/front-door"),
            Database = Database,
        }))!;

        Assert.Equal("failed", reply.Code);
        Assert.Contains(_temporary.Of("file"), reply.Message, StringComparison.Ordinal);
    }

    private static HouseholdDesk Desk(KeyStore keys, DataFolder folder, AuditLog audit) =>
        new(keys, "first Mac", folder, audit, TimeProvider.System);

    private static AuditLog Audit(DataFolder folder) =>
        new(folder.Of("audit.log"), TimeProvider.System, NullLogger<AuditLog>.Instance);

    private async Task MakeHousehold()
    {
        await MakeFrontDoor();
        _desk.Options = new HouseholdOptions
        {
            Certificates = _folder.Of(HouseholdFiles.Folder),
            ConnectionString = Database,
        };
    }

    private async Task<MemberInvitation> Invite()
    {
        var invited = (await _desk.Answer(new ControlRequest { Op = "invite" }))!;
        Assert.True(MemberInvitation.TryParse(invited.Invitation, out var invitation));
        return invitation;
    }

    private static async Task<JoinReply> Ask(MemberInvitation invitation, KeyPair joiner, string? at = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var client = new TcpClient();
        await client.ConnectAsync(IPEndPoint.Parse(invitation.At), Cancellation);
        var request = new JoinRequest(invitation.Secret, key.ExportSubjectPublicKeyInfo())
        {
            At = at,
            Token = at is null ? null : new byte[16],
        };
        return await JoinExchange.Ask(client.GetStream(), joiner, invitation, request, Cancellation);
    }

    /// <summary>A message, by its length, that is no Noise.</summary>
    private static async Task SayNonsense(MemberInvitation invitation)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPEndPoint.Parse(invitation.At), Cancellation);
        await client.GetStream().WriteAsync(new byte[] { 0, 2, 1, 1 }, Cancellation);
        Assert.Equal(0, await client.GetStream().ReadAsync(new byte[1], Cancellation));
    }

    /// <summary>Whom the audit log says to have been turned away, and why.</summary>
    private List<(string? Device, string? Reason)> Refusals()
    {
        _audit.Flush();
        return
        [
            .. File.ReadLines(_folder.Of("audit.log")).Select(line => JsonElement.Parse(line))
                .Where(line => line.GetProperty("event").GetString() == "refused")
                .Select(line => (
                    line.TryGetProperty("device", out var device) ? device.GetString() : null,
                    line.GetProperty("reason").GetString())),
        ];
    }

    private async Task MakeFrontDoor()
    {
        var reply = (await _desk.Answer(new ControlRequest
        {
            Op = "front_door",
            Folder = FrontDoor,
            Database = Database,
        }))!;
        Assert.True(reply.Ok, reply.Message);
    }
}
