using System.Text.Json;
using Xunit;

namespace QuicPair.EndToEnd;

/// <summary>A page in a real Chromium, driven as a person uses it: by what can be read.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private static readonly SemaphoreSlim Preparing = new(1, 1);

    private readonly ChildProcess _driver;
    private int _lastId;

    private Chromium(ChildProcess driver) => _driver = driver;

    /// <summary>
    /// Where Debian and others put it, or what <c>CHROMIUM</c> names; null when there is none.
    /// </summary>
    public static string? Program { get; } = new[]
    {
        Environment.GetEnvironmentVariable("CHROMIUM") ?? "",
        "/usr/bin/chromium",
        "/usr/bin/chromium-browser",
        "/usr/bin/google-chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    }.FirstOrDefault(File.Exists);

    /// <summary>The process that drives it; its own are below that one.</summary>
    public int Driver => _driver.Id;

    /// <summary>The scripts that drive it.</summary>
    public static string Folder { get; } = Path.Combine(Tree.Root, "tests", "EndToEnd", "browser");

    /// <summary>
    /// Its path. Without it the test says so and counts as not run, except on a CI machine.
    /// </summary>
    public static string Require()
    {
        const string missing = "Chromium is not installed (CHROMIUM may name its path).";
        if (Program is null && Environment.GetEnvironmentVariable("CI") is null)
        {
            Assert.Skip(missing);
        }

        return Program ?? throw new InvalidOperationException(missing);
    }

    /// <param name="width">Of the page, in CSS pixels.</param>
    /// <param name="height">Of the page.</param>
    /// <param name="place">The network namespace that it runs in; null for the one of the tests.</param>
    public static async Task<Chromium> Start(int width, int height, string? place = null)
    {
        var program = Require();
        await Install();
        string[] command = ["node", Path.Combine(Folder, "driver.mjs"), program];
        var driver = place is null
            ? ChildProcess.Start(command[0], command[1..])
            : ChildProcess.Start("ip", ["netns", "exec", place, .. command]);
        var chromium = new Chromium(driver);
        await chromium.Resize(width, height);
        return chromium;
    }

    /// <summary>Installs the pinned driver once.</summary>
    public static async Task Install()
    {
        await Preparing.WaitAsync();
        try
        {
            if (Directory.Exists(Path.Combine(Folder, "node_modules", "puppeteer-core")))
            {
                return;
            }

            await using var install = ChildProcess.Start(
                "npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], folder: Folder);
            if (await install.Exit() != 0)
            {
                throw new InvalidOperationException($"npm ci failed:\n{install.Output}\n{install.Errors}");
            }
        }
        finally
        {
            Preparing.Release();
        }
    }

    public Task Resize(int width, int height) => Do("size", new() { ["width"] = width, ["height"] = height });

    public Task Dark(bool on) => Do("dark", new() { ["on"] = on });

    public Task Open(string url) => Do("open", new() { ["url"] = url });

    public Task Reload() => Do("reload", []);

    /// <summary>Closes the page and opens its address in a new one.</summary>
    public Task Reopen() => Do("reopen", []);

    /// <summary>Kills what renders the page, which hears nothing of it, and opens its address in a new one.</summary>
    public Task Crash() => Do("crash", []);

    public async Task<string> Address() => (await Do("address", [])).GetString()!;

    public Task Click(string name) => Do("click", new() { ["name"] = name });

    public Task Type(string selector, string text) =>
        Do("type", new() { ["selector"] = selector, ["text"] = text });

    /// <summary>
    /// The text of the last element that matches, once <paramref name="pattern"/> is found in it.
    /// </summary>
    public async Task<string> WaitFor(string selector, string pattern = "") =>
        (await Do("waitFor", new() { ["selector"] = selector, ["pattern"] = pattern })).GetString()!;

    public async Task<string[]> Texts(string selector) =>
        Strings(await Do("texts", new() { ["selector"] = selector }));

    public Task<JsonElement> Evaluate(string script) => Do("evaluate", new() { ["script"] = script });

    /// <summary>Errors of the page's scripts and its console.</summary>
    public async Task<string[]> Problems() => Strings(await Do("problems", []));

    /// <summary>A picture for a person to look at, in <c>artifacts/screenshots</c>.</summary>
    public async Task Screenshot(string name)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Tree.Artifacts, "screenshots"));
        await Do("screenshot", new() { ["path"] = Path.Combine(folder.FullName, name + ".png") });
    }

    public async ValueTask DisposeAsync()
    {
        _driver.Input.Close();
        await _driver.Exit();
        await _driver.DisposeAsync();
    }

    private async Task<JsonElement> Do(string what, Dictionary<string, object> parameters)
    {
        var id = ++_lastId;
        parameters["id"] = id;
        parameters["do"] = what;
        await _driver.Input.WriteLineAsync(JsonSerializer.Serialize(parameters));
        await _driver.Input.FlushAsync();
        using var reply = JsonDocument.Parse(
            await _driver.Line(line => line.StartsWith($"{{\"id\":{id},", StringComparison.Ordinal)));
        return reply.RootElement.TryGetProperty("error", out var error)
            ? throw new InvalidOperationException(error.GetString())
            : reply.RootElement.GetProperty("ok").Clone();
    }

    private static string[] Strings(JsonElement array) => [.. array.EnumerateArray().Select(x => x.GetString()!)];
}
