using System.CommandLine;
using QuicPair.Cluster;
using QuicPair.Cluster.Certificates;
using QuicPair.Silo;
using QuicPair.Silo.Keys;
using MacFolder = QuicPair.Silo.Keys.DataFolder;
using PhoneFolder = QuicPair.Client.DataFolder;

namespace QuicPair.Cli.Identity;

/// <summary>
/// <c>quicpair identity</c>: moves who this machine is, as a Mac and as a phone, to another one.
/// </summary>
internal static class IdentityCommand
{
    private static readonly string[] Names = ["keys", "keys.seal", "pairings.json"];

    public static Command Create(Terminal terminal, Option<string?> home)
    {
        var file = new Argument<string>("file") { Description = "The sealed file." }.AsPath();
        var phrase = new Option<string?>("--passphrase-file")
        {
            Description = "A file with the passphrase, for scripts; else it is asked for.",
        }.AsPath();
        var replace = new Option<bool>("--replace") { Description = "Replace the identity that is here." };
        var export = new Command("export", "Write the keys and pairings of this machine, sealed with a passphrase.")
        {
            file, phrase,
        };
        export.SetAction(parsed => Guard(
            terminal, () => Export(terminal, Folder(parsed, home), parsed.GetValue(file)!, parsed.GetValue(phrase))));
        var import = new Command("import", "Take over the keys and pairings of a sealed file; QuicPair must not run.")
        {
            file, phrase, replace,
        };
        import.SetAction(parsed => Guard(
            terminal,
            () => Import(
                terminal, Folder(parsed, home), parsed.GetValue(file)!, parsed.GetValue(phrase),
                parsed.GetValue(replace))));
        return new Command("identity", "Move this machine's keys and pairings to another machine.") { export, import };
    }

    private static string Folder(ParseResult parsed, Option<string?> home) =>
        parsed.GetValue(home) ?? PhoneFolder.Path;

    private static int Guard(Terminal terminal, Func<int> action)
    {
        try
        {
            return action();
        }
        catch (StartupException problem)
        {
            return terminal.Fail(problem.Message, ExitCode.Failed);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return terminal.Fail("The file cannot be read or written.", ExitCode.Failed);
        }
    }

    private static int Export(Terminal terminal, string folder, string file, string? phrase)
    {
        var found = new Dictionary<string, byte[]>();
        foreach (var name in Names)
        {
            if (OwnerFile.Read(Path.Combine(folder, name)) is { } content)
            {
                found[name] = content;
            }
        }

        if (found.Count == 0)
        {
            return terminal.Fail($"There is no identity in {folder}.", ExitCode.Failed);
        }

        if (File.Exists(file))
        {
            return terminal.Fail($"{file} is there already; choose another name.", ExitCode.Usage);
        }

        if (Passphrase.Read(terminal, phrase, isNew: true) is not { } passphrase)
        {
            return ExitCode.Usage;
        }

        OwnerFile.Write(Path.GetFullPath(file), SealedIdentity.Seal(found, passphrase));
        var household = Path.Combine(folder, HouseholdFiles.Folder);
        if (Directory.Exists(household))
        {
            terminal.Error.WriteLine(File.Exists(Path.Combine(household, HouseholdAuthority.KeyFile))
                ? "household/ is not in the file; take it along too, for no Mac can join without the ca.key in it."
                : "household/ is not in the file; where it is taken over, the Mac has to join its household again.");
        }

        terminal.Note("Whoever has this file and its passphrase is this machine; run only one of the two at a time.");
        return ExitCode.Ok;
    }

    private static int Import(Terminal terminal, string folder, string file, string? phrase, bool replace)
    {
        var isSealed = File.ReadAllBytes(file);
        using var held = MacFolder.Open(folder);
        if (!replace && Names.Any(name => File.Exists(Path.Combine(folder, name))))
        {
            return terminal.Fail(
                $"There is an identity in {folder} already; --replace would replace it for good.", ExitCode.Usage);
        }

        if (Passphrase.Read(terminal, phrase, isNew: false) is not { } passphrase)
        {
            return ExitCode.Usage;
        }

        if (SealedIdentity.Open(isSealed, passphrase) is not { } files)
        {
            return terminal.Fail("The passphrase is wrong, or this is not a sealed identity.", ExitCode.Failed);
        }

        // First: wherever this is cut short, what the file lacks is not left beside what it has.
        foreach (var name in Names.Where(name => !files.ContainsKey(name)))
        {
            File.Delete(held.Of(name));
        }

        foreach (var name in Names.Where(files.ContainsKey))
        {
            OwnerFile.Write(held.Of(name), files[name]);
        }

        if (!Directory.Exists(held.Of(HouseholdFiles.Folder)) && Trust(held, files) is { } trust)
        {
            terminal.Error.WriteLine(trust.Signing is not null
                ? "household/ was not in the file; bring it from the first Mac, for no Mac can join without its ca.key."
                : "household/ was not in the file; to be in its household, this Mac has to join again.");
        }

        terminal.Note($"Taken over into {folder}.");
        return ExitCode.Ok;
    }

    /// <summary>The household that the keys are of; null without one, and for keys that a start would refuse.</summary>
    private static HouseholdTrust? Trust(MacFolder held, IReadOnlyDictionary<string, byte[]> files)
    {
        // Opening makes what is missing.
        if (!files.ContainsKey("keys") || !files.ContainsKey("keys.seal")) return null;
        try
        {
            _ = KeyFile.Open(held, out var content);
            return content.Trust;
        }
        catch (StartupException)
        {
            return null;
        }
    }
}
