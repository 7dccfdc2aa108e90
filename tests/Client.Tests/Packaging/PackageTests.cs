using System.Diagnostics;
using System.IO.Compression;
using System.Xml.Linq;

namespace QuicPair.Client.Tests.Packaging;

/// <summary>The library as a NuGet package, used by the sample of <c>docs/samples/Chat</c>.</summary>
public sealed class PackageTests : IDisposable
{
    private static readonly string[] Projects = ["Rtc", "Rtc.Sockets", "Noise", "Protocol", "Client"];

    private readonly TemporaryFolder _folder = new();

    private static string Root { get; } = FindRoot();

    private string Feed => Path.Combine(_folder.Path, "feed");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_packages_have_documentation_symbols_and_a_readme_and_the_sample_compiles_against_them()
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        foreach (var project in Projects)
        {
            await DotNet(Root, "pack", project, "-c", configuration, "--no-build", "-o", Feed, "--nologo");
        }

        foreach (var project in Projects)
        {
            var package = Assert.Single(Directory.GetFiles(Feed, $"QuicPair.{project}.?.?.?.nupkg"));
            using var content = ZipFile.OpenRead(package);
            Assert.Contains(content.Entries, entry => entry.FullName == $"lib/net10.0/QuicPair.{project}.xml");
            using var symbols = ZipFile.OpenRead(Path.ChangeExtension(package, ".snupkg"));
            Assert.Contains(symbols.Entries, entry => entry.FullName == $"lib/net10.0/QuicPair.{project}.pdb");
        }

        using (var client = ZipFile.OpenRead(Directory.GetFiles(Feed, "QuicPair.Client.*.nupkg").Single()))
        {
            Assert.NotNull(client.GetEntry("README.md"));
            var specification = XDocument.Load(client.GetEntry("QuicPair.Client.nuspec")!.Open());
            var ids = specification.Descendants().Where(element => element.Name.LocalName == "dependency")
                .Select(element => element.Attribute("id")!.Value);
            string[] own = ["QuicPair.Noise", "QuicPair.Protocol", "QuicPair.Rtc.Sockets"];
            Assert.Superset(own.ToHashSet(), ids.ToHashSet());
        }

        await BuildSample();
    }

    private async Task BuildSample()
    {
        var sample = Path.Combine(_folder.Path, "sample");
        Directory.CreateDirectory(sample);
        var source = Path.Combine(Root, "docs", "samples", "Chat", "Program.cs");
        Assert.InRange(File.ReadLines(source).Count(line => line.Length > 0), 10, 24);
        File.Copy(source, Path.Combine(sample, "Program.cs"));
        await File.WriteAllTextAsync(
            Path.Combine(sample, "Sample.csproj"),
            """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup><PackageReference Include="QuicPair.Client" Version="*" /></ItemGroup>
            </Project>
            """,
            TestContext.Current.CancellationToken);

        // Our packages go into a folder of the test, or the next run would get them from the user's cache.
        var local = Path.Combine(_folder.Path, "packages");
        await DotNet(
            sample, "build", "--nologo", "-v", "q", $"-p:RestoreAdditionalProjectSources={Feed}",
            $"-p:RestorePackagesPath={local}", $"-p:RestoreFallbackFolders={Cache()}");
        Assert.True(File.Exists(Path.Combine(sample, "bin", "Debug", "net10.0", "Sample.dll")));
    }

    private static string Cache() => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } chosen
        ? chosen
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private static async Task DotNet(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"dotnet {arguments[0]} failed:\n{output}\n{await errors}");
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "QuicPair.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }
}
