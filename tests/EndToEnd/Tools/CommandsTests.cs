using System.Text.Json;
using Xunit;

namespace QuicPair.EndToEnd.Tools;

/// <summary>Every command of the real program: its help, its errors, its exit codes.</summary>
public sealed class CommandsTests
{
    public static TheoryData<string> Commands =>
    [
        "", "chat", "pair", "devices", "devices list", "devices show", "devices rename", "devices revoke", "status",
        "models", "models list", "models load", "models unload", "models pull", "models show", "proxy", "bench",
        "identity", "identity export", "identity import", "config", "config show", "version", "completion", "up",
        "doctor", "devices role", "household", "household create", "household front-door", "household expel", "invite",
        "join", "macs", "macs drain",
    ];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Every_command_helps_under_its_own_name(string command)
    {
        using var home = new PhoneCommand();
        var run = await home.Run([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);
        Assert.Equal((0, ""), (run.Exit, run.Errors));
        Assert.Contains("Usage:\n  " + $"quicpair {command}".TrimEnd(), run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', run.Output);
    }

    [Theory]
    [InlineData(2, "frobnicate")]
    [InlineData(2, "chat", "--frobnicate")]
    [InlineData(2, "chat", "127.0.0.1:42523/p#1.AQB3jjiJHiGbAAAAAAAAAA")]
    [InlineData(2, "chat", "nobody is paired")]
    [InlineData(2, "chat", "--after", "3")]
    [InlineData(2, "chat", "--resume", "no such id")]
    [InlineData(2, "chat", "--resume", "abc", "a prompt")]
    [InlineData(2, "devices", "--mac", "Nobody")]
    [InlineData(2, "models")]
    [InlineData(2, "bench")]
    [InlineData(2, "proxy")]
    [InlineData(2, "proxy", "--listen", "0.0.0.0:11434")]
    [InlineData(2, "completion", "tcsh")]
    [InlineData(2, "identity", "import")]
    [InlineData(1, "identity", "export", "/nonexistent/x", "--passphrase-file", "/nonexistent/y")]
    [InlineData(2, "doctor", "--frobnicate")]
    [InlineData(2, "doctor", "--netwrok=a:b")]
    [InlineData(2, "devices", "role", "Ada")]
    [InlineData(2, "devices", "role", "Ada", "king")]
    [InlineData(3, "status")]
    [InlineData(3, "pair")]
    [InlineData(3, "devices")]
    [InlineData(3, "devices", "rename", "a", "b")]
    public async Task Every_error_is_on_stderr_with_the_exit_code_of_its_kind(int exit, params string[] arguments)
    {
        using var home = new PhoneCommand();
        var run = await home.Run(arguments);
        Assert.Equal((exit, ""), (run.Exit, run.Output));
        Assert.InRange(run.Errors.Trim().Split('\n').Length, 1, 2);
        Assert.DoesNotContain("   at ", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("settings", "--Runner:Parallel=0")]
    [InlineData("front door", "--FrontDoor:PublicUrl=http://127.0.0.1:9")]
    [InlineData("ollama", "--Runner:OllamaUrl=http://127.0.0.1:9")]
    public async Task Doctor_finds_a_planted_fault_and_names_the_cure(string check, string fault)
    {
        using var home = new PhoneCommand();
        var run = await home.Run("doctor", fault);
        Assert.Equal((1, ""), (run.Exit, run.Errors));
        var lines = run.Output.Split('\n');
        var at = Array.FindIndex(lines, line => line.StartsWith($"FAIL  {check} ", StringComparison.Ordinal));
        Assert.True(at >= 0 && lines[at + 1].StartsWith(new string(' ', 17), StringComparison.Ordinal), run.Output);
        var json = JsonElement.Parse((await home.Run("doctor", "--json", fault)).Output);
        Assert.Contains(
            json.GetProperty("checks").EnumerateArray(),
            one => one.GetProperty("check").GetString() == check && one.GetProperty("verdict").GetString() == "FAIL");
    }

    [Fact]
    public async Task Doctor_finds_a_key_file_that_others_may_read()
    {
        await using var mac = await MacProcess.Start();
        using var phone = new PhoneCommand();
        Assert.Equal(0, (await phone.Run("chat", await mac.Invite(), "Hello")).Exit);
        File.SetUnixFileMode(phone.Store, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        var run = await phone.Run("doctor");
        Assert.Equal(1, run.Exit);
        Assert.Contains($"chmod 600 '{phone.Store}'", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_owners_and_the_phones_commands_work_together()
    {
        await using var mac = await MacProcess.Start();
        using var phone = new PhoneCommand();
        var bench = await phone.Run("bench", await mac.Invite(), "-n", "3", "--warm-up", "1", "--json");
        Assert.InRange(bench.Exit, 0, 1);
        var report = JsonElement.Parse(bench.Output);
        Assert.Equal(3, report.GetProperty("prompts").GetInt32());
        Assert.True(report.GetProperty("stages").GetProperty("ours").GetProperty("p50_ms").GetDouble() >= 0);

        var models = await phone.Run("models", "--json");
        Assert.NotEqual(0, JsonElement.Parse(models.Output).GetArrayLength());
        var device = JsonElement.Parse((await Owner("devices", "list", "--json")).Output)[0]
            .GetProperty("device").GetString()!;
        Assert.Equal(0, (await Owner("devices", "rename", device, "Ada's phone")).Exit);
        Assert.Contains("Ada's phone", (await Owner("devices", "show", device)).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await Owner("status", "--json")).Exit);
        Assert.Equal(4, (await phone.Run("devices", "--mac", Environment.MachineName)).Exit);
        Assert.Equal(0, (await Owner("devices", "role", "Ada's phone", "owner")).Exit);
        var byPhone = await phone.Run("devices", "list", "--json", "--mac", Environment.MachineName);
        Assert.Equal(device, JsonElement.Parse(byPhone.Output)[0].GetProperty("device").GetString());
        Assert.Equal(0, (await Owner("devices", "revoke", "Ada's phone")).Exit);
        var refused = await phone.Run("models");
        Assert.Equal((4, ""), (refused.Exit, refused.Output));

        async Task<(int Exit, string Output, string Errors)> Owner(params string[] arguments) =>
            await phone.Run([.. arguments, "--home", mac.Home]);
    }
}
