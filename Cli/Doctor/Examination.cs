using QuicPair.Rtc.Sockets;

namespace QuicPair.Cli.Doctor;

/// <summary>All that was found out about a network.</summary>
/// <param name="Findings">One for each check.</param>
/// <param name="Path">What it means for connections.</param>
internal sealed record Examination(IReadOnlyList<Finding> Findings, ExpectedPath Path)
{
    public bool HasFailed => Findings.Any(finding => finding.Verdict == Verdict.Fail);

    /// <summary>Measures; takes some seconds where something does not answer.</summary>
    public static async Task<Examination> Run(IReadOnlyList<IceServer> servers, CancellationToken cancellation)
    {
        var names = new Names();
        var mapping = new MappingCheck(names, Interfaces.Families());
        var turn = new TurnCheck(names);
        var relays = servers.Where(server => server.IsRelay).Select(server => turn.Run(server, cancellation)).ToList();
        List<Finding> findings = [Interfaces.Addresses(), Interfaces.Tunnel(), Interfaces.IPv6()];
        findings.Add(await names.Check(servers, cancellation));
        findings.AddRange(await mapping.Run(servers, cancellation));
        var relayFindings = await Task.WhenAll(relays);
        findings.AddRange(relayFindings.Length > 0
            ? relayFindings
            : [new Finding("turn", Verdict.NotMeasured, "No TURN server is configured.")]);
        var relayWorks = Array.Exists(relayFindings, finding => finding.Verdict == Verdict.Ok);
        return new Examination(findings, Expect(mapping, relayWorks));
    }

    private static ExpectedPath Expect(MappingCheck mapping, bool relayWorks) => mapping switch
    {
        { GoesOut: null } => relayWorks ? ExpectedPath.Relay : ExpectedPath.Unknown,
        { GoesOut: false } => relayWorks ? ExpectedPath.Relay : ExpectedPath.LocalOnly,
        { Varies: false, IsBehindNat: false } => ExpectedPath.Direct,
        _ => ExpectedPath.MostlyDirect,
    };
}
