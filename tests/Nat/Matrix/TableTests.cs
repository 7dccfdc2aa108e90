using QuicPair.Nat.Routers;
using Xunit;

namespace QuicPair.Nat.Matrix;

/// <summary>The table of docs/nat.md is the rule by which the matrix is tested.</summary>
public sealed class TableTests
{
    public static TheoryData<NatKind> Kinds => [.. Enum.GetValues<NatKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Each_row_of_the_documented_table_is_the_tested_one(NatKind phone)
    {
        var macs = Enum.GetValues<NatKind>();
        Assert.Equal(
            macs.Select(mac => Way.Between(phone, mac)),
            macs.Select(mac => NatTable.Cell($"{phone}", $"{mac}").Way));
    }

    [Fact]
    public void The_columns_are_in_the_order_of_the_kinds() =>
        Assert.Equal(Enum.GetNames<NatKind>(), NatTable.Columns);
}
