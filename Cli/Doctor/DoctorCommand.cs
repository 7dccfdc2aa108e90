using System.CommandLine;
using System.Text.Json;
using QuicPair.Cli.Doctor.Machine;
using QuicPair.Client;
using QuicPair.Silo.Hosting;
using Spectre.Console;

namespace QuicPair.Cli.Doctor;

/// <summary>
/// <c>quicpair doctor</c>: what is wrong with this machine, or (<c>--network</c>) what this network does to
/// connections, and what to do about it.
/// </summary>
internal static class DoctorCommand
{
    public static Command Create(Terminal terminal, Option<string?> home)
    {
        var settings = new Argument<string[]>("settings")
        {
            Arity = ArgumentArity.ZeroOrMore,
            Description = "Settings as for quicpair up, such as --Runner:Model=qwen2.5:3b",
        };
        var network = new Option<bool>("--network")
        {
            Description = "Examine the network instead: addresses, UDP, STUN, TURN.",
        };
        var json = new Option<bool>("--json") { Description = "Print one line of JSON." };
        var command = new Command("doctor", "Find out what is wrong: with this machine, or with its network.")
        {
            settings, network, json,
        };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction((parsed, cancellation) =>
        {
            string[] words = [.. parsed.GetValue(settings) ?? [], .. parsed.UnmatchedTokens];
            var folder = Path.GetFullPath(parsed.GetValue(home) ?? DataFolder.Path);
            return SettingNames.Problem(words) is { } problem
                ? Task.FromResult(terminal.Fail(problem, ExitCode.Usage))
                : parsed.GetValue(network)
                    ? Network(terminal, words, folder, parsed.GetValue(json), cancellation)
                    : Machine(terminal, words, folder, parsed.GetValue(json), cancellation);
        });
        return command;
    }

    private static async Task<int> Machine(
        Terminal terminal, string[] words, string home, bool json, CancellationToken cancellation)
    {
        var findings = await MachineExamination.Run(
            words, home, Environment.GetEnvironmentVariable, cancellation);
        if (json)
        {
            terminal.Out.WriteLine(JsonSerializer.Serialize(new { checks = findings.Select(Describe) }));
        }
        else
        {
            Print(terminal, findings);
        }

        return findings.Any(finding => finding.Verdict == Verdict.Fail) ? ExitCode.Failed : ExitCode.Ok;
    }

    private static async Task<int> Network(
        Terminal terminal, string[] words, string home, bool json, CancellationToken cancellation)
    {
        var servers = DoctorServers.Read(words, home, out var problem);
        if (problem is not null) return terminal.Fail(problem, ExitCode.Usage);
        var examination = await Examination.Run(servers, cancellation);
        if (json) PrintJson(terminal, examination);
        else
        {
            Print(terminal, examination.Findings);
            terminal.Out.WriteLine($"Path to expect: {Sentence(examination.Path)}");
        }

        return examination.HasFailed ? ExitCode.Failed : ExitCode.Ok;
    }

    private static void Print(Terminal terminal, IReadOnlyList<Finding> findings)
    {
        if (terminal.HasScreen)
        {
            terminal.Draw(Table(findings));
            return;
        }

        foreach (var finding in findings)
        {
            terminal.Out.WriteLine($"{Word(finding.Verdict),-5} {finding.Check,-10} {finding.Text}");
            if (finding.Mend is { } mend) terminal.Out.WriteLine($"{"",-16} {mend}");
        }
    }

    private static Grid Table(IReadOnlyList<Finding> findings)
    {
        var table = new Grid().AddColumns(
            new GridColumn { NoWrap = true }, new GridColumn { NoWrap = true }, new GridColumn());
        foreach (var finding in findings)
        {
            var style = new Style(finding.Verdict switch
            {
                Verdict.Ok => Color.Green,
                Verdict.Warn => Color.Yellow,
                Verdict.Fail => Color.Red,
                _ => Color.Default,
            });
            table.AddRow(new Text(Word(finding.Verdict), style), new Text(finding.Check), new Text(finding.Text));
            if (finding.Mend is not { } mend) continue;
            table.AddRow(Text.Empty, Text.Empty, new Text(mend, new Style(decoration: Decoration.Bold)));
        }

        return table;
    }

    private static void PrintJson(Terminal terminal, Examination examination) =>
        terminal.Out.WriteLine(JsonSerializer.Serialize(new
        {
            checks = examination.Findings.Select(Describe),
            path = examination.Path == ExpectedPath.Unknown ? null : $"{examination.Path}",
        }));

    private static object Describe(Finding finding) => new
    {
        check = finding.Check,
        verdict = Word(finding.Verdict),
        text = finding.Text,
        mend = finding.Mend,
        roundTripMs = finding.RoundTripMs,
    };

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
        ExpectedPath.MostlyDirect => "direct to most networks; strict ones take a TURN server.",
        ExpectedPath.Relay => "through the TURN server.",
        ExpectedPath.LocalOnly => "none but inside this network.",
        _ => "not measured.",
    };
}
