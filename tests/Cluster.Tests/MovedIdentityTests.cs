using QuicPair.Cli;
using QuicPair.Silo.Keys;
using Xunit;

namespace QuicPair.Cluster.Tests;

/// <summary><c>quicpair identity</c> with the keys of a household's Mac.</summary>
public sealed class MovedIdentityTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("quicpair-");

    private string Here => Path.Combine(_folder.FullName, "here");

    private string There => Path.Combine(_folder.FullName, "there");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(true, "bring it from the first Mac, for no Mac can join without its ca.key.")]
    [InlineData(false, "to be in its household, this Mac has to join again.")]
    public async Task Who_takes_over_a_members_keys_hears_what_its_household_needs(bool isFirst, string advice)
    {
        MakeMember(isFirst);
        await File.WriteAllTextAsync(
            Path.Combine(_folder.FullName, "phrase"), "right horse", TestContext.Current.CancellationToken);

        Assert.Equal((0, ""), await Run("export", Here));
        Assert.Equal((0, $"household/ was not in the file; {advice}\n"), await Run("import", There));
        Directory.CreateDirectory(Path.Combine(There, HouseholdFiles.Folder));
        Assert.Equal((0, ""), await Run("import", There, "--replace"));
    }

    private void MakeMember(bool isFirst)
    {
        using var folder = DataFolder.Open(Here);
        using var keys = KeyStore.Open(folder, TimeProvider.System);
        if (isFirst)
        {
            keys.FoundHousehold();
            return;
        }

        var household = HouseholdTrust.Found(new byte[32]);
        Assert.True(keys.JoinHousehold(household.Root, household.State(keys.Mac.PublicKey)));
    }

    private async Task<(int Exit, string Errors)> Run(string command, string home, params string[] more)
    {
        var errors = new StringWriter();
        var (file, phrase) = (Path.Combine(_folder.FullName, "sealed"), Path.Combine(_folder.FullName, "phrase"));
        var exit = await CommandLine.Run(
            ["identity", command, file, "--passphrase-file", phrase, "--home", home, .. more],
            new Terminal(TextReader.Null, TextWriter.Null, errors));
        return (exit, errors.ToString());
    }
}
