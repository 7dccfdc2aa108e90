using System.Text.Json;
using QuicPair.Cli;
using QuicPair.Cli.Identity;

namespace QuicPair.Client.Tests.Command;

/// <summary>The commands that need no Mac: version, completion, config, identity.</summary>
public sealed class SetupTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Version_is_a_line_or_json()
    {
        Assert.Matches(@"^quicpair \d+\.\d+\.\d+ \(\.NET [\d.]+, \S+\)\n$", (await CommandRun.Of("version")).Out);
        var json = JsonElement.Parse((await CommandRun.Of("version", "--json")).Out);
        Assert.Equal(1, json.GetProperty("protocol")[0].GetInt32());
    }

    [Fact]
    public async Task Config_says_each_value_and_where_it_comes_from()
    {
        var run = await CommandRun.Of(
            "config", "show", "--origin", "--Runner:Parallel=3", "--Ice:TurnSecret=hush", "--Runner:ApiKey=hush",
            "--Runner:MaxAnswerTokens=512", "--TURN_USER=ada", "--TURN_PASS=hush", "--TURN_SECRET=hush",
            "--Network:LocalOnly=true", "--Metrics:Port=0", "--home", _folder.Path);
        Assert.Equal(0, run.ExitCode);
        Assert.Matches(@"Runner:Parallel +3 +\[command line\]\n", run.Out);
        Assert.Matches(@"Pairing:Show +terminal +\[built in\]\n", run.Out);
        Assert.Matches(@"\(data folder\) +\S+ +\[command line --home\]\n", run.Out);
        Assert.Matches(@"Runner:MaxAnswerTokens +512 +\[command line\]\n", run.Out);
        Assert.Matches(@"Network:LocalOnly +true +\[command line\]\n", run.Out);
        Assert.Matches(@"Metrics:Port +0 +\[command line\]\n", run.Out);
        Assert.Matches(@"TURN_USER +ada +\[command line\]\n", run.Out);
        Assert.Matches(@"TURN_PASS +\(set, not shown\) +\[command line\]\n", run.Out);
        Assert.Matches(@"TURN_SECRET +\(set, not shown\) +\[command line\]\n", run.Out);
        Assert.DoesNotContain("hush", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("PATH", run.Out, StringComparison.Ordinal);
        var json = JsonElement.Parse((await CommandRun.Of("config", "show", "--json")).Out);
        Assert.Equal("built in", json.GetProperty("Pairing:Show").GetProperty("origin").GetString());
    }

    [Fact]
    public async Task Config_shows_the_settings_of_the_household_in_the_named_folder()
    {
        await File.WriteAllTextAsync(
            Path.Combine(Folder("household"), "settings.json"), """{"Cluster":{"Door":"door:1","Port":7}}""",
            Cancellation);
        var run = await CommandRun.Of("config", "show", "--origin", "--Cluster:Port=8", "--home", _folder.Path);
        Assert.Matches(@"Cluster:Door +door:1 +\[file household/settings\.json\]\n", run.Out);
        Assert.Matches(@"Cluster:Port +8 +\[command line\]\n", run.Out);
    }

    [Fact]
    public async Task An_identity_moves_to_another_folder_and_only_with_its_passphrase()
    {
        var (here, there) = (Folder("here"), Folder("there"));
        var content = new Dictionary<string, string> { ["keys"] = "K", ["keys.seal"] = "S", ["pairings.json"] = "{}" };
        foreach (var (name, text) in content)
        {
            Secret(Path.Combine(here, name), text);
        }

        var (file, phrase, wrong) = (Path.Combine(_folder.Path, "moved"), Phrase("right horse"), Phrase("wrong horse"));
        string[] export = ["identity", "export", file, "--passphrase-file", phrase, "--home", here];
        Assert.Equal(new CommandRun(0, "", ""), await CommandRun.Of(export));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(ExitCode.Usage, (await CommandRun.Of(export)).ExitCode);

        var refused = await Import(wrong);
        Assert.Equal((ExitCode.Failed, 1), (refused.ExitCode, refused.Error.Count(c => c == '\n')));
        Assert.Equal(new CommandRun(0, "", ""), await Import(phrase));
        foreach (var (name, text) in content)
        {
            var moved = Path.Combine(there, name);
            Assert.Equal(text, await File.ReadAllTextAsync(moved, Cancellation));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(moved));
        }

        Assert.Equal(ExitCode.Usage, (await Import(phrase)).ExitCode);
        Assert.Equal(0, (await Import(phrase, "--replace")).ExitCode);

        Task<CommandRun> Import(string with, params string[] more) => CommandRun.Of(
            ["identity", "import", file, "--passphrase-file", with, "--home", there, .. more]);
    }

    [Fact]
    public async Task An_identity_that_is_replaced_leaves_nothing_behind_that_the_new_one_lacks()
    {
        var (here, there) = (Folder("here"), Folder("there"));
        Secret(Path.Combine(here, "pairings.json"), "new");
        string[] old = ["keys", "keys.seal", "pairings.json", "state.key"];
        Array.ForEach(old, name => Secret(Path.Combine(there, name), "old"));
        var (file, phrase) = (Path.Combine(_folder.Path, "moved"), Phrase("right horse"));
        string[] rest = [file, "--passphrase-file", phrase, "--home"];
        Assert.Equal(0, (await CommandRun.Of(["identity", "export", .. rest, here])).ExitCode);

        var wrong = Phrase("wrong horse");
        string[] refused = ["identity", "import", file, "--passphrase-file", wrong, "--home", there, "--replace"];
        Assert.Equal(ExitCode.Failed, (await CommandRun.Of(refused)).ExitCode);
        Assert.All(old, name => Assert.Equal("old", File.ReadAllText(Path.Combine(there, name))));

        Assert.Equal(0, (await CommandRun.Of(["identity", "import", .. rest, there, "--replace"])).ExitCode);
        Assert.Equal("new", File.ReadAllText(Path.Combine(there, "pairings.json")));
        Assert.Equal("old", File.ReadAllText(Path.Combine(there, "state.key")));
        Assert.False(File.Exists(Path.Combine(there, "keys")) || File.Exists(Path.Combine(there, "keys.seal")));
    }

    [Theory]
    [InlineData("member.key", "where it is taken over, the Mac has to join its household again.")]
    [InlineData("ca.key", "take it along too, for no Mac can join without the ca.key in it.")]
    public async Task An_export_says_that_the_household_is_not_in_it(string name, string advice)
    {
        Secret(Path.Combine(_folder.Path, "keys"), "K");
        Secret(Path.Combine(Folder("household"), name), "H");
        string[] export =
            ["identity", "export", Path.Combine(_folder.Path, "x"), "--passphrase-file", Phrase("right horse")];
        Assert.Equal(
            new CommandRun(0, "", $"household/ is not in the file; {advice}\n"),
            await CommandRun.Of([.. export, "--home", _folder.Path]));
    }

    [Fact]
    public async Task Without_a_terminal_nothing_is_asked()
    {
        Secret(Path.Combine(_folder.Path, "pairings.json"), "{}");
        var run = await CommandRun.Of(
            "identity", "export", Path.Combine(_folder.Path, "x"), "--home", _folder.Path);
        Assert.Equal(
            new CommandRun(
                ExitCode.Usage, "", "There is no terminal to ask for the passphrase; use --passphrase-file.\n"),
            run);
    }

    [Fact]
    public async Task A_passphrase_is_asked_for_twice_on_a_terminal()
    {
        Secret(Path.Combine(_folder.Path, "pairings.json"), "{}");
        var file = Path.Combine(_folder.Path, "x");
        var differing = await CommandRun.Of(
            "one passphrase\nanother one\n", hasScreen: true, "identity", "export", file, "--home", _folder.Path);
        Assert.Equal(ExitCode.Usage, differing.ExitCode);
        Assert.False(File.Exists(file));
        var same = await CommandRun.Of(
            "one passphrase\none passphrase\n", hasScreen: true, "identity", "export", file, "--home", _folder.Path);
        Assert.Equal(0, same.ExitCode);
        Assert.NotNull(SealedIdentity.Open(File.ReadAllBytes(file), "one passphrase"));
    }

    [Fact]
    public void Every_changed_byte_of_a_sealed_identity_is_found()
    {
        var file = SealedIdentity.Seal(new Dictionary<string, byte[]> { ["keys"] = [1] }, "long enough");
        Assert.Equal([1], SealedIdentity.Open(file, "long enough")!["keys"]);
        foreach (var at in (int[])[0, 20, file.Length - 40, file.Length - 20, file.Length - 1])
        {
            byte[] changed = [.. file];
            changed[at] ^= 1;
            Assert.Null(SealedIdentity.Open(changed, "long enough"));
        }

        Assert.Null(SealedIdentity.Open(file.AsSpan(0, 30), "long enough"));
    }

    [Theory]
    [InlineData("completion", "tcsh")]
    [InlineData("identity", "export")]
    [InlineData("config")]
    [InlineData("proxy", "--listen", "nonsense")]
    [InlineData("models", "load")]
    [InlineData("doctor", "--netwrok=a:b")]
    [InlineData("doctor", "--Netwrok:LocalOnly=true")]
    [InlineData("doctor", "--Runner:Model", "m", "qwen2.5:3b")]
    [InlineData("up", "--Netwrok:LocalOnly=true")]
    [InlineData("up", "--Runner:Model=m", "qwen2.5:3b")]
    [InlineData("config", "show", "--Netwrok:LocalOnly=true")]
    [InlineData("config", "show", "--origin", "--Runner:Model", "m", "qwen2.5:3b")]
    public async Task What_cannot_be_understood_is_exit_code_2(params string[] arguments)
    {
        var run = await CommandRun.Of([.. arguments, "--home", _folder.Path]);
        Assert.Equal((ExitCode.Usage, ""), (run.ExitCode, run.Out));
        Assert.NotEmpty(run.Error);
    }

    [Theory]
    [InlineData("status", "'--home' is a path and cannot be empty.", "--home", "")]
    [InlineData("up", "'--home' is a path and cannot be empty.", "--home", "")]
    [InlineData("config show", "'--home' is a path and cannot be empty.", "--home", "")]
    [InlineData("doctor", "'--home' is a path and cannot be empty.", "--home", "")]
    [InlineData("identity export", "'--passphrase-file' is a path and cannot be empty.", "x", "--passphrase-file", "")]
    [InlineData("identity import", "'file' is a path and cannot be empty.", "")]
    [InlineData("household front-door", "'folder' is a path and cannot be empty.", "")]
    [InlineData("identity", "A command is missing: export or import.")]
    [InlineData("household", "A command is missing: create, front-door or expel.")]
    [InlineData("config", "A command is missing: show.")]
    [InlineData("identity", "'exprot' is not understood here.", "exprot")]
    [InlineData("completion", "'tcsh' is none of: bash, zsh, fish.", "tcsh")]
    [InlineData("devices role", "'king' is none of: owner, user, guest.", "Ada", "king")]
    [InlineData("pair", "A QuicPair link has its place in: quicpair chat '<link>'", "1.AQB3jjiJHiGbAAAAAAAAAA")]
    public async Task A_slip_is_a_sentence_and_points_to_the_help_of_its_command(
        string command, string sentence, params string[] rest)
    {
        var run = await CommandRun.Of([.. command.Split(' '), .. rest]);
        Assert.Equal(new CommandRun(ExitCode.Usage, "", $"{sentence}\nTry: quicpair {command} --help\n"), run);
    }

    private string Folder(string name) => Directory.CreateDirectory(
        Path.Combine(_folder.Path, name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute)
        .FullName;

    private string Phrase(string text)
    {
        var path = Path.Combine(_folder.Path, text.Replace(' ', '-'));
        Secret(path, text + "\n");
        return path;
    }

    private static void Secret(string path, string text)
    {
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
