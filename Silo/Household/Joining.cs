using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Npgsql;
using QuicPair.Cluster;
using QuicPair.Cluster.Certificates;
using QuicPair.Cluster.Door;
using QuicPair.Silo.Keys;

namespace QuicPair.Silo.Household;

/// <summary>
/// The way of this Mac into a household: ask the inviting Mac, which looks whether it reaches this one, then see
/// whether the database and every Mac of the household can be reached, and only then keep what it gave. Over within 15
/// seconds, whatever happens.
/// </summary>
internal sealed class Joining(KeyStore keys, string folder, Action<string?> checkUrl, TimeProvider time)
{
    // Three steps, 15 s in all.
    private static readonly TimeSpan StepLimit = TimeSpan.FromSeconds(4.5);

    /// <exception cref="JoinException">It cannot join; nothing was stored.</exception>
    public async Task Run(MemberInvitation invitation, string? address, int port)
    {
        var trial = HouseholdDraft.Begin(folder);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var setting = address ?? OwnAddress.Toward(IPEndPoint.Parse(invitation.At).Address);
        var reply = await Ask(invitation, key.ExportSubjectPublicKeyInfo(), setting, port);
        checkUrl(reply.PublicUrl);
        try
        {
            MemberCertificate.Save(trial, reply.Certificate, key.ExportPkcs8PrivateKeyPem(), reply.Authority);
            var options = new HouseholdOptions
            {
                Certificates = trial,
                ConnectionString = reply.ConnectionString,
                Address = setting,
                Port = port,
                Door = reply.Door,
            };
            HouseholdFolder.Write(trial, options, reply.PublicUrl);
            await using (var link = DoorLink.Open(options, time))
            using (var certificate = MemberCertificate.Open(trial)!)
            {
                var members = await Members(options.Database()!);
                await Task.WhenAll(members.Select(member => Reach(member, certificate, link, invitation)));
            }

            if (reply is { Root: { } root, Statement: { } statement } && !keys.JoinHousehold(root, statement))
            {
                throw new JoinException("refused", $"{invitation.Mac} did not vouch for this Mac.");
            }

            keys.NoteMembers([.. reply.Macs ?? [], Protocol.KeySchedule.MacId(invitation.Key)]);
            HouseholdDraft.Take(folder);
        }
        finally
        {
            HouseholdDraft.Discard(folder);
        }
    }

    private async Task<JoinReply> Ask(MemberInvitation invitation, byte[] publicKey, string setting, int port)
    {
        using var place = JoinPlace.Open(setting, port);
        var request = new JoinRequest(invitation.Secret, publicKey) { At = place?.At, Token = place?.Token };
        using var limit = new CancellationTokenSource(StepLimit);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPEndPoint.Parse(invitation.At), limit.Token);
            return await JoinExchange.Ask(client.GetStream(), keys.Mac, invitation, request, limit.Token);
        }
        catch (SocketException problem) when (problem.SocketErrorCode == SocketError.ConnectionRefused)
        {
            throw new JoinException(
                "unreachable",
                $"{invitation.Mac} does not wait at {invitation.At} any more: the invitation is used or expired.",
                problem);
        }
        catch (Exception problem) when (problem is SocketException or IOException or OperationCanceledException)
        {
            throw new JoinException(
                "unreachable", $"{invitation.Mac} at {invitation.At} cannot be reached from this Mac.", problem);
        }
    }

    private static async Task<List<(string Name, IPEndPoint At)>> Members(string database)
    {
        using var limit = new CancellationTokenSource(StepLimit);
        try
        {
            await using var connection = new NpgsqlConnection($"{database};Pooling=false");
            await connection.OpenAsync(limit.Token);
            await using var command = new NpgsqlCommand(
                "SELECT SiloName, Address, Port FROM OrleansMembershipTable WHERE Status = 3", connection);
            await using var rows = await command.ExecuteReaderAsync(limit.Token);
            var members = new List<(string, IPEndPoint)>();
            while (await rows.ReadAsync(limit.Token))
            {
                members.Add((rows.GetString(0), new IPEndPoint(IPAddress.Parse(rows.GetString(1)), rows.GetInt32(2))));
            }

            return members;
        }
        catch (Exception problem) when (problem is NpgsqlException or OperationCanceledException)
        {
            throw new JoinException(
                "unreachable", "The household's database cannot be reached from this Mac.", problem);
        }
    }

    private async Task Reach(
        (string Name, IPEndPoint At) member, MemberCertificate certificate, DoorLink? link,
        MemberInvitation invitation)
    {
        if (member.Name == keys.MacId) return;
        using var limit = new CancellationTokenSource(StepLimit);
        try
        {
            if (link?.IsDoor(member.Name) == true) await link.Check(limit.Token);
            else await MemberDial.Check(member.At, member.Name, certificate, limit.Token);
        }
        catch (Exception problem) when (problem is SocketException or IOException or OperationCanceledException
            or CertificateException)
        {
            var who = member.Name == Protocol.KeySchedule.MacId(invitation.Key)
                ? $"{invitation.Mac} ({member.Name})"
                : member.Name;
            throw new JoinException(
                "unreachable",
                $"{who} at {member.At} cannot be reached from this Mac; Macs of a household need a common network.",
                problem);
        }
    }
}
