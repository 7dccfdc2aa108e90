using System.Security.Cryptography;

namespace QuicPair.Cluster.Storage;

/// <summary>
/// The state key as a file that only its owner can read: <c>key id u8 | key 32</c>. A file that others can
/// read, or of another length, is refused and never replaced.
/// </summary>
public static class StateKeyFile
{
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerFolder = OwnerFile | UnixFileMode.UserExecute;

    /// <summary>Reads the key, or draws one and stores it durably when there is no file.</summary>
    /// <exception cref="SealedStateException">The file is not a key file, or others can read it.</exception>
    public static StateKey OpenOrCreate(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? Open(file) : Create(path);
    }

    private static StateKey Open(FileInfo file)
    {
        if (!OperatingSystem.IsWindows() && (file.UnixFileMode & ~OwnerFile) != 0)
        {
            throw new SealedStateException($"{file.FullName} can be read by others; chmod 600 it.");
        }

        var bytes = File.ReadAllBytes(file.FullName);
        var key = bytes.Length == 1 + StateKey.Length
            ? new StateKey(bytes[0], bytes.AsSpan(1))
            : throw new SealedStateException($"{file.FullName} is not a state key.");
        CryptographicOperations.ZeroMemory(bytes);
        return key;
    }

    private static StateKey Create(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, OwnerFolder);
            options.UnixCreateMode = OwnerFile;
        }

        var bytes = new byte[1 + StateKey.Length];
        bytes[0] = 1;
        RandomNumberGenerator.Fill(bytes.AsSpan(1));
        var draft = $"{path}.{Environment.ProcessId}.new";
        File.Delete(draft);
        using (var stream = new FileStream(draft, options))
        {
            stream.Write(bytes);
            stream.Flush(flushToDisk: true);
        }

        File.Move(draft, path, overwrite: false);
        var key = new StateKey(bytes[0], bytes.AsSpan(1));
        CryptographicOperations.ZeroMemory(bytes);
        return key;
    }
}
