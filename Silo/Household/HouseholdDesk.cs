using System.Net.Sockets;
using Npgsql;
using QuicPair.Cluster;
using QuicPair.Cluster.Certificates;
using QuicPair.Cluster.Door;
using QuicPair.Cluster.Storage;
using QuicPair.Cluster.Supervision;
using QuicPair.Grains.Interfaces;
using QuicPair.Protocol;
using QuicPair.Silo.Audit;
using QuicPair.Silo.Control;
using QuicPair.Silo.Keys;
using DataFolder = QuicPair.Silo.Keys.DataFolder;

namespace QuicPair.Silo.Household;

/// <summary>What the owner asks about the household: to make one, to invite, to join, who is in it.</summary>
internal sealed class HouseholdDesk(
    KeyStore keys, string macName, DataFolder folder, AuditLog audit, TimeProvider time) : IDisposable
{
    private const int DefaultPort = 11111;
    private const int DefaultSeconds = 600;
    private const int MaxSeconds = 3600;

    private InvitationListener? _open;

    private string Folder => HouseholdFolder.Of(folder);

    /// <summary>The options that the silo runs with.</summary>
    public HouseholdOptions Options { get; set; } = new();

    /// <summary>The origin of the household's front door.</summary>
    public string PublicUrl { get; set; } = "";

    /// <summary>What is wrong with a public URL, in one sentence; null when it can be used.</summary>
    public Func<string, string?> UrlProblem { get; init; } = _ => null;

    /// <summary>Starts the silo anew with the settings that are stored now.</summary>
    public Action Restart { get; set; } = () => { };

    /// <summary>How often the silo was started.</summary>
    public int Launches { get; set; }

    /// <summary>The cluster as this Mac sees it.</summary>
    public MacList? Macs { get; set; }

    /// <summary>Answers; null for an operation that is not the household's.</summary>
    public async Task<ControlReply?> Answer(ControlRequest request)
    {
        try
        {
            return request.Op switch
            {
                "household" => await Create(request),
                "front_door" => FrontDoor(request),
                "invite" => Invite(request),
                "join" => await Join(request),
                "macs" when Macs is not null =>
                    await Macs.List(ExpelledMembers.In(Options.Certificates)) with { Launch = Launches },
                "drain" when Macs is not null => await Drain(Macs, request),
                "expel" when Macs is not null => await Expel(Macs, request),
                _ => null,
            };
        }
        catch (JoinException problem)
        {
            return ControlReply.Refuse(problem.Code, problem.Message);
        }
        catch (Exception problem) when (problem is CertificateException or SchemaException or FormatException
            or SocketException or IOException or UnauthorizedAccessException)
        {
            return ControlReply.Refuse("failed", problem.Message);
        }
        catch (ObjectDisposedException)
        {
            return ControlReply.Refuse("unreachable", "The silo starts anew; ask again in a moment.");
        }
        catch (NpgsqlException)
        {
            return ControlReply.Refuse("unreachable", "The household's database cannot be reached, or refuses.");
        }
    }

    public void Dispose() => _open?.Dispose();

    private async Task<ControlReply> Drain(MacList macs, ControlRequest request)
    {
        var reply = await macs.Drain(request);
        if (reply.Ok) audit.Write(AuditEvent.ConfigurationChanged);
        return reply;
    }

    private async Task<ControlReply> Expel(MacList macs, ControlRequest request)
    {
        if (!MacId.TryParse(request.Name, out var mac))
        {
            return ControlReply.Refuse("bad_request", "Say the Mac's id; quicpair macs lists them.");
        }

        using var authority = Authority();
        if (mac.Value == keys.MacId)
        {
            return ControlReply.Refuse("bad_request", "The household's first Mac cannot expel itself.");
        }

        var database = Database();
        await Expulsions.Add(mac.Value, authority, database);
        audit.Write(AuditEvent.Expelled, mac.Value);
        await Expulsions.Learn(Options);
        return new ControlReply { Listed = macs.Knows(mac) };
    }

    private async Task<ControlReply> Create(ControlRequest request)
    {
        var options = Asked(request, request.Database ?? "");
        options.Door = request.Door ?? "";
        SiloPlace.CheckSettings(options);
        if (options.Door.Length > 0) SiloPlace.CheckFolder(Folder);
        SiloPlace.CheckFree(options.Address, options.Port, Options);
        CheckUrl(request.PublicUrl);
        using var authority = HouseholdAuthority.Open(Folder, time) ?? NewAuthority();
        await MakeTables(options, authority);
        Found(authority, options, request.PublicUrl ?? "");
        audit.Write(AuditEvent.ConfigurationChanged);
        return new ControlReply { MacId = keys.MacId, Launch = Launches, Afterwards = Restart };
    }

    private void Found(HouseholdAuthority authority, HouseholdOptions options, string publicUrl)
    {
        var draft = HouseholdDraft.Begin(Folder);
        try
        {
            authority.Save(draft);
            MemberCertificate.Issue(authority, keys.MacId, draft);
            HouseholdFolder.Write(draft, options, publicUrl);
            keys.FoundHousehold();
            HouseholdDraft.Take(Folder);
        }
        finally
        {
            HouseholdDraft.Discard(Folder);
        }
    }

    /// <summary>
    /// Makes the household's tables before anything is stored, with a certificate that lasts as long as that. The
    /// daemon may have its own socket in the household's folder.
    /// </summary>
    private async Task MakeTables(HouseholdOptions options, HouseholdAuthority authority)
    {
        var trial = Directory.CreateTempSubdirectory("quicpair-");
        options.Certificates = trial.FullName;
        try
        {
            MemberCertificate.Issue(authority, keys.MacId, trial.FullName);
            await using (DoorLink.Open(options, time))
            {
                await MakeTables($"{options.Database()};Pooling=false", authority);
            }
        }
        finally
        {
            options.Certificates = Folder;
            trial.Delete(recursive: true);
        }
    }

    /// <summary>
    /// A new database does not know whom the household expelled; this Mac, where that is signed, does.
    /// </summary>
    private async Task MakeTables(string database, HouseholdAuthority authority)
    {
        PostgresSchema.Apply(database);
        foreach (var name in ExpelledMembers.In(Folder).Where(name => name != ClusterIdentity.FrontDoor))
        {
            await Expulsions.Add(name, authority, database);
        }
    }

    private ControlReply FrontDoor(ControlRequest request)
    {
        if (request.Folder is not { Length: > 0 } target || !Path.IsPathFullyQualified(target))
        {
            return ControlReply.Refuse("bad_request", "Say in which folder the front door's files are to be.");
        }

        target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(target));
        if (target == Path.GetFullPath(Folder))
        {
            return ControlReply.Refuse("bad_request", "That folder has this Mac's own files; say another one.");
        }

        var options = Asked(request, request.Database ?? Options.WrittenDatabase());
        options.Door = request.Door ?? "";
        SiloPlace.CheckSettings(options);
        CheckUrl(request.PublicUrl);
        options.Door = "";
        if (request.Door is { Length: > 0 } door)
        {
            options.DoorListen = $"[::]:{door[(door.LastIndexOf(':') + 1)..]}";
        }

        // It may come before the household: without it, Macs may not reach the database.
        using var authority = HouseholdAuthority.Open(Folder, time) ?? NewAuthority();
        authority.Save(Folder);
        WriteFrontDoor(target, authority, options, request.PublicUrl ?? PublicUrl);
        audit.Write(AuditEvent.ConfigurationChanged);
        return new ControlReply();
    }

    private void WriteFrontDoor(string target, HouseholdAuthority authority, HouseholdOptions options, string publicUrl)
    {
        var draft = HouseholdDraft.Begin(target, isOwn: false);
        try
        {
            MemberCertificate.Issue(authority, ClusterIdentity.FrontDoor, draft);
            HouseholdFolder.Write(draft, options, publicUrl);
            HouseholdDraft.Take(target, isOwn: false);
        }
        finally
        {
            HouseholdDraft.Discard(target, isOwn: false);
        }

        // Its database may be a new one, which has none of them.
        ExpelledMembers.Hand(Folder, target);
    }

    private HouseholdOptions Asked(ControlRequest request, string database) => new()
    {
        Certificates = Folder,
        ConnectionString = database,
        Address = request.Address ?? OwnAddress.Automatic,
        Port = request.Port ?? DefaultPort,
    };

    private ControlReply Invite(ControlRequest request)
    {
        Authority().Dispose();
        Database();
        var life = TimeSpan.FromSeconds(Math.Clamp(request.Seconds ?? DefaultSeconds, 1, MaxSeconds));
        _open?.Dispose();
        (_open, var invitation) = InvitationListener.Open(
            OwnAddress.Find(Options.Address).Advertised, keys.Mac, macName, life, Sign, time, audit.Refused);
        return new ControlReply { Invitation = invitation.Format(), Expires = invitation.Expires };
    }

    private JoinReply? Sign(byte[] macKey, byte[] publicKey)
    {
        var name = KeySchedule.MacId(macKey);
        if (name == keys.MacId)
        {
            audit.Refused(name, "join_self");
            return null;
        }

        if (ExpelledMembers.In(Options.Certificates).Contains(name))
        {
            audit.Refused(name, "join_expelled");
            return JoinReply.Refuse(JoinReply.Expelled);
        }

        try
        {
            using var authority = Authority();
            var trust = keys.FoundHousehold();
            var others = keys.Members;
            keys.NoteMembers([name]);
            var reply = new JoinReply(
                authority.Issue(name, publicKey), authority.Certificate, Options.WrittenDatabase(), Options.Door,
                PublicUrl)
            {
                Root = trust.Root,
                Statement = trust.State(macKey),
                Macs = others,
            };
            audit.Write(AuditEvent.Joined, name);
            return reply;
        }
        catch (Exception problem) when (problem is CertificateException or JoinException or FormatException
            or KeysNotWrittenException or IOException or UnauthorizedAccessException)
        {
            audit.Refused(name, "join_failed");
            return null;
        }
    }

    private async Task<ControlReply> Join(ControlRequest request)
    {
        if (!MemberInvitation.TryParse(request.Invitation, out var invitation))
        {
            return ControlReply.Refuse("bad_request", "That is not an invitation of a household.");
        }

        if (invitation.Expires <= time.GetUtcNow().ToUnixTimeSeconds())
        {
            return ControlReply.Refuse("refused", "The invitation is expired; ask for a new one.");
        }

        // Whether the household has a door is said by the reply, and the invitation is used then.
        SiloPlace.CheckFolder(Folder);
        var port = request.Port ?? DefaultPort;
        SiloPlace.CheckFree(request.Address ?? OwnAddress.Automatic, port, Options);
        await new Joining(keys, Folder, CheckUrl, time).Run(invitation, request.Address, port);
        audit.Write(AuditEvent.Joined);
        return new ControlReply
        {
            MacId = keys.MacId,
            Mac = invitation.Mac,
            Launch = Launches,
            Afterwards = Restart,
        };
    }

    private HouseholdAuthority Authority() => HouseholdAuthority.Open(Folder, time)
        ?? throw new JoinException(
            "bad_request", "The household was not made on this Mac; ask its first Mac, or: quicpair household create");

    private string Database() => Options.Database()
        ?? throw new JoinException("bad_request", "The household is not made yet: quicpair household create");

    private HouseholdAuthority NewAuthority()
    {
        if (File.Exists(Path.Combine(Folder, HouseholdFiles.Settings)))
        {
            throw new JoinException("bad_request", "This Mac is a member of another Mac's household already.");
        }

        return HouseholdAuthority.Create(time);
    }

    private void CheckUrl(string? url)
    {
        if (UrlProblem(url ?? "") is { } problem) throw new JoinException("bad_request", problem);
    }
}
