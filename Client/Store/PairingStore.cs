using System.Runtime.InteropServices;
using System.Text.Json;

namespace QuicPair.Client.Store;

/// <summary>
/// The phone's pairings in one file, readable by its user only, replaced as a whole. Several programs may share it:
/// each change reads, changes and writes under a lock file.
/// </summary>
public sealed partial class PairingStore(string path)
{
    private const int ReadOnly = 0;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerFolder = OwnerOnly | UnixFileMode.UserExecute;
    private const UnixFileMode Others = (UnixFileMode)0b000_111_111;
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LockRetry = TimeSpan.FromMilliseconds(10);

    /// <summary>Every pairing, oldest first.</summary>
    /// <exception cref="PairingStoreException">The file is readable by others, or is not such a file.</exception>
    public IReadOnlyList<PairingRecord> Load() => Read().Pairings;

    /// <summary>Adds the record, or replaces the one of the same device id, and reads it back.</summary>
    /// <exception cref="PairingStoreException">The file cannot be read or written.</exception>
    public void Save(PairingRecord record)
    {
        Change(pairings =>
        {
            var at = pairings.FindIndex(other => other.DeviceId == record.DeviceId);
            if (at < 0)
            {
                pairings.Add(record);
            }
            else
            {
                pairings[at] = record;
            }
        });
        if (!Load().Any(stored => IsSame(stored, record)))
        {
            throw new PairingStoreException($"The file {path} did not keep what was written to it.");
        }
    }

    /// <summary>Removes the records for which <paramref name="predicate"/> holds.</summary>
    /// <exception cref="PairingStoreException">The file cannot be read or written.</exception>
    public void Remove(Predicate<PairingRecord> predicate) => Change(pairings => pairings.RemoveAll(predicate));

    private void Change(Action<List<PairingRecord>> change)
    {
        try
        {
            CreateFolder();
            using var turn = WaitForTurn();
            List<PairingRecord> pairings = [.. Read().Pairings];
            change(pairings);
            Write(new PairingFile(PairingFile.CurrentVersion, pairings));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new PairingStoreException($"The pairings file {path} cannot be written.", failure);
        }
    }

    private PairingFile Read()
    {
        try
        {
            if (!File.Exists(path))
            {
                return PairingFile.Empty;
            }

            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0)
            {
                throw new PairingStoreException($"Others may read {path}, which holds keys; run: chmod 600 '{path}'");
            }

            var file = JsonSerializer.Deserialize(File.ReadAllBytes(path), PairingFileJson.Default.PairingFile);
            return file is { Version: PairingFile.CurrentVersion }
                ? file
                : throw new PairingStoreException($"The file {path} was written by another version of QuicPair.");
        }
        catch (Exception failure) when (failure is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new PairingStoreException($"The file {path} cannot be read as pairings; move it away.", failure);
        }
    }

    // Written beside and renamed: whoever dies here leaves the old file or the new one, never half of one.
    private void Write(PairingFile file)
    {
        var fresh = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        File.Delete(fresh);
        using (var stream = new FileStream(fresh, options))
        {
            JsonSerializer.Serialize(stream, file, PairingFileJson.Default.PairingFile);
            stream.Flush(flushToDisk: true);
        }

        File.Move(fresh, path, overwrite: true);
        FlushFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    // The rename itself is durable only once the folder is.
    private static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        var descriptor = OpenFile(folder, ReadOnly);
        if (descriptor < 0) return;
        _ = FlushFile(descriptor);
        _ = CloseFile(descriptor);
    }

    private void CreateFolder()
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, OwnerFolder);
        }
    }

    private FileStream WaitForTurn()
    {
        for (var left = LockTimeout; ; left -= LockRetry)
        {
            try
            {
                return new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
            }
            catch (IOException) when (left > TimeSpan.Zero)
            {
                Thread.Sleep(LockRetry);
            }
        }
    }

    private static bool IsSame(PairingRecord one, PairingRecord other) =>
        JsonSerializer.SerializeToUtf8Bytes(Alone(one), PairingFileJson.Default.PairingFile).AsSpan().SequenceEqual(
            JsonSerializer.SerializeToUtf8Bytes(Alone(other), PairingFileJson.Default.PairingFile));

    private static PairingFile Alone(PairingRecord record) => new(PairingFile.CurrentVersion, [record]);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int FlushFile(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseFile(int descriptor);
}
