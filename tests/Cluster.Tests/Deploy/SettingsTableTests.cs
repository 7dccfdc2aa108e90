using System.Reflection;
using System.Text.RegularExpressions;
using QuicPair.EndToEnd;
using QuicPair.SignalingApi;
using QuicPair.SignalingApi.Ice;
using QuicPair.SignalingApi.Limits;
using QuicPair.SignalingApi.Telemetry;
using QuicPair.Silo.Hosting;
using QuicPair.Silo.Phones;
using QuicPair.Silo.Runners;
using Xunit;

namespace QuicPair.Cluster.Tests.Deploy;

/// <summary>The table of settings in docs/operations.md, beside what the programs and the command know.</summary>
public sealed partial class SettingsTableTests
{
    private static readonly string[] Documented = [.. Read()];

    [Fact]
    public void Every_option_has_a_row() => Assert.Empty(
        Options(HouseholdOptions.Section, typeof(HouseholdOptions))
            .Concat(Options(FrontDoorOptions.Section, typeof(FrontDoorOptions)))
            .Concat(Options(IceOptions.Section, typeof(IceOptions)))
            .Concat(Options(LimitOptions.Section, typeof(LimitOptions)))
            .Concat(Options(TelemetryOptions.Section, typeof(TelemetryOptions)))
            .Concat(Options(PhoneOptions.Section, typeof(PhoneOptions)))
            .Concat(Options(RunnerOptions.Section, typeof(RunnerOptions)))
            .Except(Documented));

    [Fact]
    public void The_command_knows_every_row()
    {
        Assert.NotEmpty(Documented);
        Assert.All(Documented, name => Assert.True(SettingNames.Has(name), name));
    }

    private static IEnumerable<string> Options(string section, Type options) => options
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Select(property => $"{section}:{property.Name}");

    private static IEnumerable<string> Read()
    {
        var page = File.ReadAllText(Path.Combine(Tree.Root, "docs", "operations.md"));
        var begin = page.IndexOf("| setting | default | |", StringComparison.Ordinal);
        var table = page[begin..page.IndexOf("\n\n", begin, StringComparison.Ordinal)];
        return Name().Matches(table).Select(match => match.Groups[1].Value).Distinct();
    }

    [GeneratedRegex(@"`([A-Z][A-Za-z]+:[A-Z][A-Za-z]+|TURN_[A-Z]+)[`:]")]
    private static partial Regex Name();
}
