namespace QuicPair.Grains.Tests;

internal static class TypeShapes
{
    public static bool IsValueTypeNullable(this Type type) => Nullable.GetUnderlyingType(type) is not null;
}
