using System.Runtime.InteropServices;
using QuicPair.EndToEnd;
using QuicPair.Interop.Peers;
using Xunit;

namespace QuicPair.Cluster.Tests.Processes;

/// <summary>
/// The clock of one process, which the test sets while it runs: libfaketime, between the process and the C library,
/// adds what a file says to the time of day. Time that passes is nobody's to change and stays what it is.
/// </summary>
internal sealed class MacClock
{
    private static readonly string? Library = Directory.Exists("/usr/lib")
        ? Directory.EnumerateDirectories("/usr/lib")
            .OrderByDescending(folder => Path.GetFileName(folder) == Triplet)
            .ThenBy(folder => folder, StringComparer.Ordinal)
            .Select(folder => Path.Combine(folder, "faketime", "libfaketimeMT.so.1")).FirstOrDefault(File.Exists)
        : null;

    // Debian's folder for the libraries of an architecture; a process cannot load another one's.
    private static string Triplet => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => "x86_64-linux-gnu",
        Architecture.Arm64 => "aarch64-linux-gnu",
        _ => "",
    };

    // The header that is compared has whole seconds, and is looked at for a moment.
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(5);

    private readonly string _file;

    /// <param name="file">Where it is said how far it is ahead.</param>
    /// <param name="ahead">How far at first; below zero it is behind.</param>
    public MacClock(string file, TimeSpan ahead = default)
    {
        _file = file;
        Write(ahead);
    }

    /// <summary>What a process that has this clock is started with.</summary>
    public IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>
    {
        ["LD_PRELOAD"] = Library,
        ["FAKETIME_TIMESTAMP_FILE"] = _file,
        ["FAKETIME_CACHE_DURATION"] = "1",
        ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
        ["FAKETIME_DISABLE_SHM"] = "1",

        // Else what waits by the monotonic clock is taken to wait by the time of day, and never rests.
        ["FAKETIME_FORCE_MONOTONIC_FIX"] = "0",
        ["NO_FAKE_STAT"] = "1",
    };

    /// <summary>Says why the lane cannot run.</summary>
    public static void Require()
    {
        if (Library is null) Lane.Unavailable("libfaketime is not installed (Debian package libfaketime).");
    }

    /// <summary>Sets it, and waits until the Mac goes by it.</summary>
    public async Task Set(TimeSpan ahead, MacProcess mac)
    {
        Write(ahead);
        using var http = new HttpClient { BaseAddress = mac.Address };
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        var cancellation = TestContext.Current.CancellationToken;
        var seen = TimeSpan.MaxValue;
        for (var tick = 0; tick < 300; tick++)
        {
            using var answer = await http.GetAsync("/healthz", cancellation);
            seen = answer.Headers.Date!.Value - DateTimeOffset.UtcNow;
            if ((seen - ahead).Duration() < Tolerance) return;
            await timer.WaitForNextTickAsync(cancellation);
        }

        Assert.Fail($"The Mac's clock is {seen} ahead and not {ahead}.");
    }

    /// <summary>In one step: whoever reads it half written would have another time.</summary>
    private void Write(TimeSpan ahead)
    {
        var seconds = (long)ahead.TotalSeconds;
        File.WriteAllText($"{_file}.new", $"{(seconds < 0 ? "-" : "+")}{Math.Abs(seconds)}\n");
        File.Move($"{_file}.new", _file, overwrite: true);
    }
}
