namespace QuicPair.EndToEnd.Breaking;

/// <summary>Takes all that is left of a Mac's disk, and gives it back.</summary>
internal sealed class DiskSpace(MacProcess mac)
{
    private string Filler => Path.Combine(mac.Home, "filler");

    private string Blocker => Path.Combine(mac.Home, "keys.new");

    public void Take()
    {
        if (!mac.HasOwnDisk)
        {
            Directory.CreateDirectory(Blocker);
            return;
        }

        using var file = new FileStream(Filler, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[4096];
        try
        {
            while (true)
            {
                file.Write(block);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    public void GiveBack()
    {
        if (mac.HasOwnDisk)
        {
            File.Delete(Filler);
        }
        else
        {
            Directory.Delete(Blocker);
        }
    }
}
