using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using QuicPair.Interop.Peers;
using Xunit;

namespace QuicPair.EndToEnd.Tools;

/// <summary>
/// Faults that are planted one by one around the real <c>quicpair doctor</c>, and the line in which it names each; what
/// is sound it calls so.
/// </summary>
public sealed class DoctorTests
{
    private const string Version = "0.12.3";
    private const string Model = "m:1b";

    [Theory]
    [InlineData("OK", "ollama", @"Version 0\.12\.3 answers\.", Version, Model, 0)]
    [InlineData("WARN", "ollama", @"Version 0\.5\.1 is old\.", "0.5.1", Model, 0)]
    [InlineData("OK", "models", "1: m:1b", Version, Model, 0)]
    [InlineData("FAIL", "models", @"There is none\.", Version, "", 0)]
    [InlineData("FAIL", "models", "The default model x:1b is not there", Version, Model, 0, "--Runner:Model=x:1b")]
    [InlineData("OK", "clock", @"It agrees with the front door's\.", Version, Model, 0)]
    [InlineData("WARN", "clock", @"It is \d+ s off the front door's\.", Version, Model, 60)]
    [InlineData("FAIL", "clock", @"It is \d+ s off the front door's; offers are refused\.", Version, Model, -600)]
    [InlineData("OK", "exposure", @"Only this machine reaches Ollama\.", Version, Model, 0)]
    public async Task Doctor_names_a_planted_fault_and_its_cure(
        string verdict, string check, string text, string version, string model, int ahead, params string[] settings)
    {
        await using var server = await ExaminedServer.Start(version, model, ahead, IPAddress.Loopback);
        using var home = new PhoneCommand();

        var run = await home.Run(["doctor", .. server.Words, .. settings]);

        Said(run, verdict, check, text);
    }

    [Fact]
    public async Task Doctor_names_an_ollama_that_the_whole_network_reaches()
    {
        if (!HasNetwork()) Lane.Unavailable("This machine has no address but its own loopback.");
        await using var server = await ExaminedServer.Start(Version, Model, 0, IPAddress.Any);
        using var home = new PhoneCommand();

        var run = await home.Run(["doctor", .. server.Words]);

        Said(run, "WARN", "exposure", @"Ollama answers the whole network at \S+, without asking who it is\.");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Doctor_names_a_machine_that_falls_asleep(bool staysAwake)
    {
        var programs = Directory.CreateTempSubdirectory("quicpair-programs-");
        try
        {
            Plant(programs, "systemctl", staysAwake ? @"masked\nmasked\n" : @"static\nstatic\n");
            Plant(programs, "pmset", @"AC Power:\n sleep " + (staysAwake ? @"0\n" : @"15\n"));
            using var home = new PhoneCommand
            {
                Environment = new Dictionary<string, string?>
                {
                    ["PATH"] = $"{programs.FullName}:{Environment.GetEnvironmentVariable("PATH")}",
                },
            };

            var run = await home.Run("doctor");

            Said(
                run, staysAwake ? "OK" : OperatingSystem.IsMacOS() ? "FAIL" : "WARN", "sleep",
                staysAwake ? "This (machine cannot fall asleep|Mac stays awake)" : ".*phones cannot reach it then");
        }
        finally
        {
            programs.Delete(recursive: true);
        }
    }

    /// <summary>That line is there, with the cure below it where there is something to cure.</summary>
    private static void Said((int Exit, string Output, string Errors) run, string verdict, string check, string text)
    {
        Assert.Equal("", run.Errors);
        var cure = verdict == "OK" ? "" : @"\n {17}\S";
        Assert.Matches($"(?m)^{verdict,-5} {check,-10} {text}.*{cure}", run.Output);
        if (verdict == "FAIL") Assert.Equal(1, run.Exit);
    }

    /// <summary>A program that says what the system's own would.</summary>
    private static void Plant(DirectoryInfo folder, string name, string says)
    {
        var path = Path.Combine(folder.FullName, name);
        File.WriteAllText(path, $"#!/bin/sh\nprintf '{says}'\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    // As the check itself looks for addresses; over IPv4, where the server listens.
    private static bool HasNetwork() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(network => network.OperationalStatus == OperationalStatus.Up)
        .SelectMany(network => network.GetIPProperties().UnicastAddresses)
        .Any(unicast => unicast.Address.AddressFamily == AddressFamily.InterNetwork
            && !IPAddress.IsLoopback(unicast.Address));
}
