using QuicPair.Silo.Keys;

namespace QuicPair.Silo.Tests.Keys;

/// <summary>A data folder that goes away with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("quicpair-").FullName;

    public DataFolder Open() => DataFolder.Open(Path);

    public string Of(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
