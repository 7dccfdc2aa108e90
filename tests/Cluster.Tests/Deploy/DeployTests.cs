using System.Xml.Linq;
using QuicPair.Client;
using QuicPair.Cluster.Tests.Processes;
using QuicPair.EndToEnd;
using QuicPair.Interop.Peers;
using QuicPair.Protocol;
using QuicPair.Protocol.Messages;
using Xunit;

namespace QuicPair.Cluster.Tests.Deploy;

/// <summary>What deploy/ and docker-compose.yml offer. No engine runs here: Compose reads its file, the script runs for
/// real, and the service templates are read, not started.</summary>
public sealed class DeployTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("quicpair-deploy-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Compose_reads_its_file()
    {
        Lane.Require(["docker-compose"], "docker-compose");
        File.Copy(Path.Combine(Tree.Root, "docker-compose.yml"), Path.Combine(_folder, "docker-compose.yml"));
        File.Copy(Path.Combine(Tree.Root, ".env.example"), Path.Combine(_folder, ".env"));
        var (exit, output) = await Run("docker-compose", "config", "--services");
        Assert.True(exit == 0, output);
        string[] services = ["caddy", "coturn", "front-door", "mac-a", "mac-b", "postgres"];
        Assert.Equal(services, output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order());
    }

    [Fact]
    public void Every_image_is_one_release_and_no_tag_that_moves()
    {
        string[] files = ["docker-compose.yml", "Dockerfile"];
        var images = files.SelectMany(file => File.ReadLines(Path.Combine(Tree.Root, file)))
            .Select(line => line.Trim())
            .Where(line => line.StartsWith("image: ", StringComparison.Ordinal)
                || (line.StartsWith("FROM ", StringComparison.Ordinal) && line.Contains(':', StringComparison.Ordinal)))
            .Select(line => line.Split(' ')[1])
            .ToList();

        Assert.Equal(6, images.Count);
        Assert.All(images, image => Assert.Matches(@"(^postgres:\d+\.\d+|:\d+\.\d+\.\d+)(-|$)", image));
    }

    [Fact]
    public async Task One_command_starts_three_macs_and_a_front_door()
    {
        PostgresProcess.Require();
        await using var script = ChildProcess.Start(
            Path.Combine(Tree.Root, "deploy", "household.sh"), [Path.Combine(_folder, "house")],
            new Dictionary<string, string?>
            {
                ["CONFIGURATION"] = new DirectoryInfo(AppContext.BaseDirectory).Name,
                ["OLLAMA_HOST"] = "http://127.0.0.1:9",
            });
        await script.Line(line => line.StartsWith("Ctrl-C", StringComparison.Ordinal));
        Assert.Equal(3, script.Output.Split("  here  ").Length - 1);

        var (exit, output) = await Run(
            "dotnet", Tree.Program("Cli"), "--home", Path.Combine(_folder, "house", "mac-3"), "pair", "--json");
        Assert.True(exit == 0, output);
        using var reply = System.Text.Json.JsonDocument.Parse(output);
        var text = reply.RootElement.GetProperty("links")[0].GetString();
        Assert.Contains(script.Output.Split("Front door: ")[1].Split('\n')[0], text, StringComparison.Ordinal);
        Assert.True(PairingLink.TryParse(text!, out var link, out string problem), problem);
        await using var phone = new Phone(
            new PhoneOptions { Name = "phone", StorePath = Path.Combine(_folder, "phone.json") });
        await using var mac = await phone.Pair(link, TestContext.Current.CancellationToken);
        Message? last = null;
        await foreach (var message in mac.Chat(new ChatMessage { Prompt = "Hello" }))
        {
            last = message;
        }

        Assert.IsType<DoneMessage>(last);
        Signals.Terminate(script.Id);
        await script.Exit();
    }

    [Theory]
    [InlineData("quicpair.agent.plist")]
    [InlineData("quicpair.daemon.plist")]
    public void The_launchd_templates_are_property_lists(string name)
    {
        var list = XDocument.Load(Path.Combine(Tree.Root, "deploy", name)).Root!.Element("dict")!;
        var keys = list.Elements("key").Select(key => key.Value).ToList();
        Assert.Equal(keys.Count * 2, list.Elements().Count());
        Assert.Equal(Path.GetFileNameWithoutExtension(name), list.Elements("string").First().Value);
        Assert.Contains("KeepAlive", keys);
        Assert.All(list.Elements("key"), key => Assert.NotEqual("key", key.ElementsAfterSelf().First().Name));
    }

    [Theory]
    [InlineData("quicpair.daemon.plist")]
    [InlineData("quicpair.service")]
    [InlineData("quicpair-front-door.service")]
    public void A_daemon_with_a_user_of_its_own_is_told_its_data_folder_and_where_to_unpack(string name)
    {
        var template = File.ReadAllText(Path.Combine(Tree.Root, "deploy", name));
        Assert.Contains("QUICPAIR_HOME", template, StringComparison.Ordinal);
        Assert.Contains("DOTNET_BUNDLE_EXTRACT_BASE_DIR", template, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("quicpair.service")]
    [InlineData("quicpair-front-door.service")]
    public void The_systemd_units_have_only_sections_and_settings(string name)
    {
        var lines = File.ReadAllLines(Path.Combine(Tree.Root, "deploy", name))
            .Where(line => line.Length > 0 && line[0] != '#')
            .ToList();
        Assert.Equal(["[Unit]", "[Service]", "[Install]"], lines.Where(line => line[0] == '['));
        Assert.All(lines, line => Assert.Matches(@"^(\[[A-Z][a-z]+\]|[A-Z][A-Za-z]+=\S.*)$", line));
        Assert.Contains("TimeoutStopSec=45", lines);
    }

    [Theory]
    [InlineData("quicpair.service", "quicpair")]
    [InlineData("quicpair-front-door.service", "quicpair-front-door")]
    public async Task Systemd_knows_every_setting_of_the_units(string name, string program)
    {
        Lane.Require(["systemd-analyze"], "systemd");
        var template = await File.ReadAllTextAsync(
            Path.Combine(Tree.Root, "deploy", name), TestContext.Current.CancellationToken);

        // Where the program is to be, its owner says; one that is here stands for it.
        var unit = Path.Combine(_folder, name);
        await File.WriteAllTextAsync(
            unit,
            template.Replace($"/usr/local/bin/{program}", "/bin/true", StringComparison.Ordinal),
            TestContext.Current.CancellationToken);
        await using var verify = ChildProcess.Start("systemd-analyze", ["verify", "--man=no", unit], folder: _folder);
        verify.Input.Close();
        Assert.True(await verify.Exit() == 0, verify.Errors);
        Assert.DoesNotContain(name, verify.Errors, StringComparison.Ordinal);
    }

    private async Task<(int Exit, string Output)> Run(string program, params string[] arguments)
    {
        await using var process = ChildProcess.Start(program, arguments, folder: _folder);
        process.Input.Close();
        var exit = await process.Exit();
        return (exit, exit == 0 ? process.Output : process.Output + process.Errors);
    }
}
