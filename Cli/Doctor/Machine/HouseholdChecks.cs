using System.Globalization;
using System.Text.Json.Nodes;
using QuicPair.Cli.Owner;
using QuicPair.Cluster;
using QuicPair.Cluster.Certificates;
using QuicPair.Cluster.Supervision;
using QuicPair.Silo;
using QuicPair.Silo.Keys;
using MacFolder = QuicPair.Silo.Keys.DataFolder;

namespace QuicPair.Cli.Doctor.Machine;

/// <summary>A Mac that is one of several: its certificate, the database, the list of members, the clocks.</summary>
internal sealed class HouseholdChecks(HouseholdOptions options, string home, TimeProvider clock)
{
    private const string Certificate = "certificate";
    private const string Database = "database";
    private const string Members = "members";
    private const string Clocks = "db clock";
    private const string Rejoin = "Join again: quicpair invite on the first Mac, quicpair join here.";

    private static readonly TimeSpan SoonExpired = TimeSpan.FromDays(30);

    // A certificate is good from a day before it was made; phones' offers bear 300 s.
    private static readonly TimeSpan MuchSkew = TimeSpan.FromSeconds(240);
    private static readonly TimeSpan SomeSkew = TimeSpan.FromSeconds(30);

    /// <summary>Every finding; none for a Mac that is alone.</summary>
    public async Task<IReadOnlyList<Finding>> Run(CancellationToken cancellation)
    {
        if (options is { ConnectionString.Length: 0, ConnectionStringFile.Length: 0 }) return [];
        var self = await OwnName(cancellation);
        var certificate = OfCertificate(self);
        if (certificate.Verdict == Verdict.Fail) return [certificate, .. NotMeasured("Not without a certificate.")];
        try
        {
            return await HouseholdLook.Look(options, clock, cancellation) is { } sight
                ? [certificate, OfDatabase(sight), OfMembers(sight, self), OfClock(sight)]
                : [certificate];
        }
        catch (Exception problem) when (problem is FormatException or CertificateException)
        {
            return
            [
                certificate,
                new Finding(Database, Verdict.Fail, problem.Message, "See: quicpair config show --origin"),
                .. NotMeasured("The settings cannot be used.").Skip(1),
            ];
        }
    }

    private Finding OfCertificate(string? self)
    {
        try
        {
            using var own = MemberCertificate.Open(options.Certificates);
            if (own is null)
            {
                return new Finding(Certificate, Verdict.Warn, "It has none; it talks to this machine only.", Rejoin);
            }

            var now = clock.GetUtcNow();
            var day = own.Expires.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            if (own.IsExpelled)
            {
                return new Finding(
                    Certificate, Verdict.Fail, "This Mac was expelled from its household.",
                    $"Move {options.Certificates} away to go on alone; to join again it needs a new data folder.");
            }

            var fault = own.Expires <= now ? $"It ended on {day}."
                : self is not null && own.Name != self ? $"It is {own.Name}'s; this Mac is {self}."
                : own.NameOf(own.Encoded) is null ? "Its authority is another household's, or it begins later."
                : null;
            if (fault is not null) return new Finding(Certificate, Verdict.Fail, fault, Rejoin);
            return own.Expires - now < SoonExpired
                ? new Finding(Certificate, Verdict.Warn, $"It ends on {day}.", Rejoin)
                : new Finding(Certificate, Verdict.Ok, $"It is {own.Name}'s and lasts until {day}.");
        }
        catch (CertificateException problem)
        {
            return new Finding(Certificate, Verdict.Fail, problem.Message, Rejoin);
        }
    }

    private Finding OfDatabase(HouseholdSight sight) => sight switch
    {
        { DoorProblem: { } problem } => new Finding(
            Database, Verdict.Fail, problem, "Start the front door, or look at its name, port and firewall."),
        { DatabaseProblem: { } problem } => new Finding(
            Database,
            Verdict.Fail,
            options.Door.Length > 0 ? $"{problem} (through {options.Door})" : problem,
            "Start PostgreSQL, or look at the address and password in Cluster:ConnectionString."),
        _ => new Finding(
            Database, Verdict.Ok, options.Door.Length > 0 ? $"It answers through {options.Door}." : "It answers."),
    };

    private static Finding OfMembers(HouseholdSight sight, string? self)
    {
        const string Start = "Start it with: quicpair up; one that runs comes back by itself within a minute.";
        if (!sight.HasDatabase) return new Finding(Members, Verdict.NotMeasured, "Not without the database.");
        if (self is null) return new Finding(Members, Verdict.NotMeasured, "This Mac's id is not known.");
        var here = sight.Members.Count(member => member.Value);
        return !sight.Members.TryGetValue(self, out var isActive)
            ? new Finding(Members, Verdict.Fail, $"This Mac is not among the {here} that are here.", Start)
            : !isActive
                ? new Finding(Members, Verdict.Fail, "This Mac is listed as gone.", Start)
                : new Finding(
                    Members,
                    Verdict.Ok,
                    $"This Mac is here, with {Counted.Of(here - 1, "other")} of {sight.Members.Count - 1}.");
    }

    private static Finding OfClock(HouseholdSight sight)
    {
        const string Mend = "Let both machines set their clocks by the network.";
        if (!sight.HasDatabase) return new Finding(Clocks, Verdict.NotMeasured, "Not without the database.");
        var seconds = (long)sight.ClockAhead.TotalSeconds;
        var text = $"The database's clock is {Math.Abs(seconds)} s {(seconds < 0 ? "behind" : "ahead")}.";
        return sight.ClockAhead.Duration() >= MuchSkew ? new Finding(Clocks, Verdict.Fail, text, Mend)
            : sight.ClockAhead.Duration() >= SomeSkew ? new Finding(Clocks, Verdict.Warn, text, Mend)
            : new Finding(Clocks, Verdict.Ok, "It agrees with the database's.");
    }

    private static IEnumerable<Finding> NotMeasured(string reason) =>
        ((string[])[Database, Members, Clocks]).Select(check => new Finding(check, Verdict.NotMeasured, reason));

    /// <summary>This Mac's id: the daemon says it, else its own key file; null when neither does.</summary>
    private async Task<string?> OwnName(CancellationToken cancellation)
    {
        try
        {
            using var daemon = await Owner.Daemon.Connect(home, cancellation);
            var reply = await daemon.Ask(new JsonObject { ["op"] = "status" }, cancellation);
            return reply.GetProperty("macId").GetString();
        }
        catch (DaemonException)
        {
            return InKeyFile(home);
        }
    }

    private static string? InKeyFile(string home)
    {
        if (!File.Exists(Path.Combine(home, "keys"))) return null;
        try
        {
            using var folder = MacFolder.Open(home);
            using var keys = KeyStore.Open(folder, TimeProvider.System);
            return keys.MacId;
        }
        catch (StartupException)
        {
            // The check of the files says so.
            return null;
        }
    }
}
