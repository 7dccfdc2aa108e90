using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace QuicPair.Cli.Doctor.Machine;

/// <summary>Does this machine fall asleep while nobody sits at it? Then no phone reaches it.</summary>
internal static partial class SleepCheck
{
    /// <summary>Reads the settings of this machine.</summary>
    public static async Task<Finding> Run(CancellationToken cancellation) => OperatingSystem.IsMacOS()
        ? OfMac(await Output("pmset", "-g custom", cancellation))
        : OfLinux(await Output("systemctl", "is-enabled sleep.target suspend.target", cancellation));

    /// <summary>From what <c>pmset -g custom</c> says of each source of power.</summary>
    public static Finding OfMac(string? settings)
    {
        var battery = OnBattery().Match(settings ?? "").Groups[1].Value;
        return OnCharger().Match(settings ?? "").Groups[1].Value switch
        {
            "" => new Finding("sleep", Verdict.NotMeasured, "pmset does not say."),
            "0" when battery is "" or "0" => new Finding("sleep", Verdict.Ok, "This Mac stays awake."),
            "0" => new Finding(
                "sleep",
                Verdict.Warn,
                $"On battery this Mac sleeps after {battery} min; phones cannot reach it then.",
                "Leave it on the charger, where it stays awake."),
            var minutes => new Finding(
                "sleep",
                Verdict.Fail,
                $"On the charger, too, this Mac sleeps after {minutes} min; phones cannot reach it then.",
                "sudo pmset -c sleep 0"),
        };
    }

    /// <summary>From what <c>systemctl is-enabled</c> says of the sleep targets.</summary>
    public static Finding OfLinux(string? states)
    {
        const StringSplitOptions Lines = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        string[] lines = states?.Split('\n', Lines) ?? [];
        return lines.Length == 0
            ? new Finding("sleep", Verdict.NotMeasured, "systemd does not say.")
            : lines.All(line => line == "masked")
                ? new Finding("sleep", Verdict.Ok, "This machine cannot fall asleep.")
                : new Finding(
                    "sleep",
                    Verdict.Warn,
                    "This machine may fall asleep; phones cannot reach it then.",
                    "sudo systemctl mask sleep.target suspend.target");
    }

    private static async Task<string?> Output(string program, string arguments, CancellationToken cancellation)
    {
        try
        {
            var start = new ProcessStartInfo(program, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using var process = Process.Start(start)!;
            var output = await process.StandardOutput.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return output;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    // The lines of a source are indented; its heading is not.
    [GeneratedRegex(@"^AC Power:.*\n(?:[ \t].*\n)*?[ \t]+sleep[ \t]+(\d+)", RegexOptions.Multiline)]
    private static partial Regex OnCharger();

    [GeneratedRegex(@"^Battery Power:.*\n(?:[ \t].*\n)*?[ \t]+sleep[ \t]+(\d+)", RegexOptions.Multiline)]
    private static partial Regex OnBattery();
}
