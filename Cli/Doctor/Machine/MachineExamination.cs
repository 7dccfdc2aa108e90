namespace QuicPair.Cli.Doctor.Machine;

/// <summary>Examines this machine, check by check.</summary>
internal static class MachineExamination
{
    /// <summary>Every finding, in the order in which a person would mend them.</summary>
    public static async Task<IReadOnlyList<Finding>> Run(
        string[] words, string home, Func<string, string?> environment, CancellationToken cancellation)
    {
        var settings = MachineSettings.Read(words, home, environment);
        var findings = new List<Finding> { FileChecks.Configuration(settings), FileChecks.Keys(settings) };
        var doors = await Task.WhenAll(settings.FrontDoors.Select(
            door => new FrontDoorChecks(door, TimeProvider.System, settings.IsLocalOnly).Run(cancellation)));
        if (doors.Length == 0)
        {
            findings.Add(new Finding("clock", Verdict.NotMeasured, "No front door to compare it with."));
            findings.Add(new Finding(
                "front door",
                Verdict.NotMeasured,
                "None is set: phones reach this machine in its own network only (FrontDoor:PublicUrl)."));
        }

        findings.AddRange(doors.Take(1).Select(found => found.Clock));
        findings.AddRange(doors.Select(found => found.Door));
        findings.AddRange(await new HouseholdChecks(settings.Household, home, TimeProvider.System).Run(cancellation));
        findings.AddRange(await new OllamaChecks(settings, OllamaChecks.OwnAddresses).Run(cancellation));
        findings.Add(await SleepCheck.Run(cancellation));
        return findings;
    }
}
