using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Interfaces.Household;

namespace QuicPair.Grains.Ports;

/// <summary>
/// What the Mac's key file says of its devices. A device is admitted only if it is in that file.
/// </summary>
public interface IDeviceKeys
{
    /// <summary>How far this device has come, or null when the file does not have it.</summary>
    DeviceStanding? Standing(DeviceId device);

    /// <summary>Every device of the file and the open or claimed invitation's.</summary>
    IReadOnlyList<DeviceStanding> All();

    /// <summary>Deletes the device durably. False when it was not there.</summary>
    /// <exception cref="MacNotWrittenException">It could not be written; the device stays.</exception>
    Task<bool> Delete(DeviceId device);
}
