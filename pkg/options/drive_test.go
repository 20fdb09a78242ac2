package options

import (
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/podorder"
)

func TestDriveFlags(t *testing.T) {
	for _, test := range []struct {
		name   string
		args   []string
		order  podorder.Order
		ignore bool
		err    string
	}{
		{name: "the defaults"},
		{name: "descending is the default", args: []string{"--order=descending"}},
		{name: "ascending", args: []string{"--order", "ascending"}, order: podorder.Order{Ascending: true}},
		{
			name: "a list, and a leader that comes last", args: []string{"--order=2,0", "--last", "role=primary"},
			order: podorder.Order{First: []int{2, 0}, Last: "role=primary"},
		},
		{name: "budgets that don't count", args: []string{"--ignore-pdb"}, ignore: true},
		{
			name: "an unknown order", args: []string{"--order=2-4"},
			err: `--order: "2-4" is neither "ascending", "descending" nor a list of ordinals like 2,0,1`,
		},
		{name: "an ordinal given twice", args: []string{"--order=2,2"}, err: "--order: ordinal 2 is there twice"},
		{name: "a selector of every pod", args: []string{"--last= "}, err: "--last: the selector selects every pod"},
		{
			name: "of both, the order is named first", args: []string{"--last= ", "--order=x"},
			err: `--order: "x" is neither "ascending", "descending" nor a list of ordinals like 2,0,1`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := DriveFlags{}
			flags := pflag.NewFlagSet("verb", pflag.ContinueOnError)
			AddDriveFlags(flags, &f)
			require.NoError(t, flags.Parse(test.args))

			err := f.Check()
			if test.err != "" {
				requireUsage(t, err, test.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.order, f.Order)
			require.Equal(t, test.ignore, f.IgnorePDB)
		})
	}
}

func TestNotEmpty(t *testing.T) {
	for _, test := range []struct {
		name string
		args []string
		err  string
	}{
		{"left out", nil, ""},
		{"with a value", []string{"--order=ascending", "--ordinals=1"}, ""},
		{"another one is empty", []string{"--other="}, ""},
		{"empty", []string{"--order="}, "--order is empty"},
		{"a list of nothing", []string{"--ordinals="}, "--ordinals is empty"},
	} {
		t.Run(test.name, func(t *testing.T) {
			flags := pflag.NewFlagSet("verb", pflag.ContinueOnError)
			flags.String("order", "descending", "")
			flags.String("other", "", "")
			flags.StringSlice("ordinals", nil, "")
			require.NoError(t, flags.Parse(test.args))
			err := NotEmpty(flags, "order", "ordinals")
			if test.err == "" {
				require.NoError(t, err)
				return
			}
			requireUsage(t, err, test.err)
		})
	}
}
