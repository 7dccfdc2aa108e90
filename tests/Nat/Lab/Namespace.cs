using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace QuicPair.Nat.Lab;

/// <summary>A network namespace with a name of this run; gone when it is disposed.</summary>
internal sealed class Namespace : IDisposable
{
    private const string Prefix = "qplab";
    private const string Folder = "/run/netns";
    private static int _count;

    private Namespace(string name) => Name = name;

    public string Name { get; }

    /// <param name="role">For its name.</param>
    /// <param name="hasIpv6">Whether its devices have IPv6; an address is usable at once: nobody else has it.</param>
    public static Namespace Create(string role, bool hasIpv6 = false)
    {
        var number = Interlocked.Increment(ref _count);
        var created = new Namespace($"{Prefix}{Environment.ProcessId}-{number}{role}");
        Shell.Run("ip", ["netns", "add", created.Name]);
        created.Ip("link set lo up");
        foreach (var devices in (string[])["all", "default"])
        {
            created.Configure($"net/ipv6/conf/{devices}/disable_ipv6", hasIpv6 ? "0" : "1");
            if (hasIpv6) created.Configure($"net/ipv6/conf/{devices}/accept_dad", "0");
        }

        return created;
    }

    /// <summary>Removes what a run that was killed has left behind.</summary>
    public static void RemoveStale()
    {
        if (!Directory.Exists(Folder)) return;
        var left = Directory.EnumerateFiles(Folder).Select(Path.GetFileName)
            .Where(name => name!.StartsWith(Prefix, StringComparison.Ordinal));
        foreach (var name in left)
        {
            var owner = name![Prefix.Length..].Split('-')[0];
            if (Directory.Exists("/proc/" + owner)) continue;
            Shell.Run("ip", ["netns", "delete", name]);
        }
    }

    /// <summary>Runs lines of the program <c>ip</c> inside.</summary>
    public void Ip(string lines) => Shell.Run("ip", ["-n", Name, "-batch", "-"], lines);

    /// <summary>Runs a script of nftables inside.</summary>
    public void Nft(string script) => Exec("nft", ["-f", "-"], script);

    /// <summary>Runs a program inside.</summary>
    public string Exec(string program, IEnumerable<string> arguments, string input = "") =>
        Shell.Run("ip", ["netns", "exec", Name, program, .. arguments], input);

    /// <summary>Sets a kernel setting of this namespace.</summary>
    public void Configure(string setting, string value) => Run(() =>
    {
        File.WriteAllText("/proc/sys/" + setting, value);
        return true;
    });

    /// <summary>The packets that a named counter of table <c>ip lab</c> has seen.</summary>
    public long Counter(string name) => Counted(name, "packets", "ip");

    /// <summary>The bytes of those packets, IP headers included; of table <c>ip6 lab</c> when that is told.</summary>
    public long CounterBytes(string name, string family = "ip") => Counted(name, "bytes", family);

    /// <summary>Runs something on a thread of its own inside: a socket that it opens belongs here for ever.</summary>
    public T Run<T>(Func<T> work) => Run(Name, work);

    /// <summary>The same, inside one that another process has made.</summary>
    public static T Run<T>(string name, Func<T> work)
    {
        T result = default!;
        ExceptionDispatchInfo? problem = null;
        var thread = new Thread(() =>
        {
            try
            {
                Enter(name);
                result = work();
            }
            catch (Exception caught)
            {
                problem = ExceptionDispatchInfo.Capture(caught);
            }
        });
        thread.Start();
        thread.Join();
        problem?.Throw();
        return result;
    }

    public void Dispose() => Shell.Run("ip", ["netns", "delete", Name]);

    private long Counted(string name, string unit, string family)
    {
        var words = Exec("nft", ["list", "counter", family, "lab", name])
            .Split([' ', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return long.Parse(words[Array.IndexOf(words, unit) + 1], CultureInfo.InvariantCulture);
    }

    private static void Enter(string name)
    {
        var descriptor = Native.Open($"{Folder}/{name}", Native.CloseOnExec);
        var code = Native.EnterNamespace(descriptor, Native.NewNetwork);
        var error = Marshal.GetLastPInvokeErrorMessage();
        _ = Native.Close(descriptor);
        if (code != 0) throw new LabException($"The namespace {name} cannot be entered: {error}");
    }
}
