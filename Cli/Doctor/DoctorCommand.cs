using System.CommandLine;
using System.Text.Json;

namespace QuicPair.Cli.Doctor;

/// <summary><c>quicpair doctor --network</c>: what this network does to connections, and what to do about it.</summary>
internal static class DoctorCommand
{
    public static Command Create(Terminal terminal)
    {
        var network = new Option<bool>("--network")
        {
            Description = "Examine the network of this machine.",
            Required = true,
        };
        var json = new Option<bool>("--json") { Description = "Print one line of JSON." };
        var command = new Command("doctor", "Find out why connecting fails.") { network, json };
        command.SetAction((parsed, cancellation) => Run(terminal, parsed.GetValue(json), cancellation));
        return command;
    }

    private static async Task<int> Run(Terminal terminal, bool json, CancellationToken cancellation)
    {
        var servers = DoctorServers.Read(out var problem);
        if (problem is not null) return terminal.Fail(problem, ExitCode.Usage);
        var examination = await Examination.Run(servers, cancellation);
        if (json) PrintJson(terminal, examination);
        else Print(terminal, examination);
        return examination.HasFailed ? ExitCode.Failed : ExitCode.Ok;
    }

    private static void Print(Terminal terminal, Examination examination)
    {
        foreach (var finding in examination.Findings)
        {
            terminal.Out.WriteLine($"{Word(finding.Verdict),-5} {finding.Check,-9} {finding.Text}");
            if (finding.Mend is { } mend) terminal.Out.WriteLine($"{"",-15} {mend}");
        }

        terminal.Out.WriteLine($"Path to expect: {Sentence(examination.Path)}");
    }

    private static void PrintJson(Terminal terminal, Examination examination) =>
        terminal.Out.WriteLine(JsonSerializer.Serialize(new
        {
            checks = examination.Findings.Select(finding => new
            {
                check = finding.Check,
                verdict = Word(finding.Verdict),
                text = finding.Text,
                mend = finding.Mend,
                roundTripMs = finding.RoundTripMs,
            }),
            path = examination.Path == ExpectedPath.Unknown ? null : $"{examination.Path}",
        }));

    private static string Word(Verdict verdict) => verdict switch
    {
        Verdict.Ok => "OK",
        Verdict.Warn => "WARN",
        Verdict.Fail => "FAIL",
        _ => "-",
    };

    private static string Sentence(ExpectedPath path) => path switch
    {
        ExpectedPath.Direct => "direct.",
        ExpectedPath.MostlyDirect => "direct to most networks; to strict ones through a TURN server.",
        ExpectedPath.Relay => "through the TURN server.",
        ExpectedPath.LocalOnly => "none but inside this network.",
        _ => "not measured.",
    };
}
