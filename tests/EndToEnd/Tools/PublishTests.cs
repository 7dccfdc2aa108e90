using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using Xunit;

namespace QuicPair.EndToEnd.Tools;

/// <summary>
/// <c>make publish</c>, with all that it builds in a folder of the test: neither the tree nor the tests that were built
/// from it are touched. It takes the machine for minutes, so no other test runs meanwhile.
/// </summary>
[CollectionDefinition(nameof(PublishTests), DisableParallelization = true)]
[Collection(nameof(PublishTests))]
public sealed class PublishTests : IDisposable
{
    private const string OnlyWhole = "QUICPAIR_SOAK=1 runs it.";

    // What every `dotnet publish` of the recipe is told, and behind which it can be told more.
    private const string Option = "--nologo";

    // The runtimes of three platforms may have to come over a slow network.
    private static readonly TimeSpan Hang = TimeSpan.FromHours(1);

    private static readonly (string Platform, string Format)[] Programs =
    [
        ("linux-x64", "ELF x86-64"),
        ("linux-arm64", "ELF aarch64"),
        ("osx-arm64", "Mach-O arm64"),
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("quicpair-publish-").FullName;

    public static bool IsSoak => Environment.GetEnvironmentVariable("QUICPAIR_SOAK") == "1";

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact(Skip = OnlyWhole, SkipUnless = nameof(IsSoak))]
    public async Task Each_platform_gets_one_file_and_that_of_this_one_runs()
    {
        await Publish();

        foreach (var (platform, format) in Programs)
        {
            AssertIs(Program(platform), platform, format);
            if (platform.StartsWith("linux", StringComparison.Ordinal)) AssertIs(FrontDoor(platform), platform, format);
        }

        if (ThisPlatform() is not { } here) return;
        if (OperatingSystem.IsLinux()) await AssertServes(FrontDoor(here));
        var version = await Run(Program(here), "version");
        Assert.Equal((0, ""), (version.Exit, version.Errors));
        Assert.Matches(@"^quicpair \d+\.\d+\.\d+ \(\.NET \d+\.\d+\.\d+, \S+\)$", version.Output);
        var help = await Run(Program(here), "--help");
        Assert.Equal((0, ""), (help.Exit, help.Errors));
        Assert.Contains("Usage:\n  quicpair", help.Output, StringComparison.Ordinal);
    }

    private async Task Publish()
    {
        var environment = new Dictionary<string, string?>
        {
            // `make soak` is not to be felt in the make that prints the recipe.
            ["MAKEFLAGS"] = null,
            ["MAKELEVEL"] = null,

            // No process of the build outlives it.
            ["MSBUILDDISABLENODEREUSE"] = "1",
            ["UseSharedCompilation"] = "false",
        };
        await using var make = ChildProcess.Start(
            "make", ["--dry-run", "--no-print-directory", "publish"], environment, folder: Tree.Root);
        Assert.Equal((0, ""), (await make.Exit(), make.Errors));
        var recipe = make.Output;
        Assert.Contains(Option, recipe, StringComparison.Ordinal);

        var moved = recipe.Replace(Option, $"{Option} --artifacts-path '{_folder}'", StringComparison.Ordinal);
        await using var publish = ChildProcess.Start("sh", ["-c", moved], environment, folder: Tree.Root);
        Assert.True(await publish.Exit(Hang) == 0, $"{publish.Output}\n{publish.Errors}");
    }

    private static void AssertIs(string program, string platform, string format)
    {
        var files = Directory.GetFiles(Path.GetDirectoryName(program)!, "*", SearchOption.AllDirectories);
        Assert.Equal([program], files.Where(file => Path.GetExtension(file) != ".json"));
        Assert.Equal((platform, format), (platform, FormatOf(program)));
    }

    private static async Task<HttpStatusCode> Get(string place)
    {
        using var http = new HttpClient();
        using var response = await http.GetAsync(new Uri(place), TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    private string Program(string platform) =>
        Path.Combine(_folder, "publish", "Cli", $"release_{platform}", "quicpair");

    private string FrontDoor(string platform) =>
        Path.Combine(_folder, "publish", "SignalingApi", $"release_{platform}", "QuicPair.SignalingApi");

    /// <summary>A front door has the phone's page in it.</summary>
    private async Task AssertServes(string door)
    {
        await using var process = Start(door, "--Urls=http://127.0.0.1:0");
        var line = await process.Line(line => line.StartsWith("QuicPair front door on ", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, await Get($"{line.Split(' ')[^1]}/p"));
    }

    /// <summary>Starts a program that brings its .NET along.</summary>
    private ChildProcess Start(string program, params string[] arguments) => ChildProcess.Start(
        program, arguments, new Dictionary<string, string?>
        {
            ["QUICPAIR_HOME"] = Path.Combine(_folder, "home"),
            ["DOTNET_BUNDLE_EXTRACT_BASE_DIR"] = Path.Combine(_folder, "extracted"),
            ["DOTNET_ROOT"] = Path.Combine(_folder, "nothing"),
        });

    private async Task<(int Exit, string Output, string Errors)> Run(string program, params string[] arguments)
    {
        await using var process = Start(program, arguments);
        process.Input.Close();
        var exit = await process.Exit();
        return (exit, process.Output, process.Errors);
    }

    private static string? ThisPlatform() => (OperatingSystem.IsMacOS(), RuntimeInformation.OSArchitecture) switch
    {
        (true, Architecture.Arm64) => "osx-arm64",
        (false, Architecture.Arm64) => "linux-arm64",
        (false, Architecture.X64) => "linux-x64",
        _ => null,
    };

    private static string FormatOf(string program)
    {
        var head = new byte[20];
        using var file = File.OpenRead(program);
        file.ReadExactly(head);
        return head switch
        {
            // ELF: magic, 64 bits, little-endian; e_machine is at 18.
            [0x7F, 0x45, 0x4C, 0x46, 2, 1, ..] => BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(18)) switch
            {
                0x3E => "ELF x86-64",
                0xB7 => "ELF aarch64",
                var machine => $"ELF of machine {machine}",
            },

            // Mach-O: MH_MAGIC_64, then CPU_TYPE_ARM64, both little-endian.
            [0xCF, 0xFA, 0xED, 0xFE, 0x0C, 0x00, 0x00, 0x01, ..] => "Mach-O arm64",
            _ => "no program of these",
        };
    }
}
