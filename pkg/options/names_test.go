package options

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSetNames(t *testing.T) {
	tests := []struct {
		name string
		args []string
		want []string
		err  string
	}{
		{name: "none"},
		{name: "one", args: []string{"web"}, want: []string{"web"}},
		{name: "one that is a type", args: []string{"sts"}, want: []string{"sts"}},
		{name: "several", args: []string{"web", "db", "api"}, want: []string{"web", "db", "api"}},
		{name: "each with its type", args: []string{"sts/web", "statefulset/db"}, want: []string{"web", "db"}},
		{name: "the type once", args: []string{"sts", "web", "db"}, want: []string{"web", "db"}},
		{name: "one twice", args: []string{"web", "db", "sts/web"}, want: []string{"web", "db"}},
		{name: "another type", args: []string{"web", "deployment/api"}, err: `"deployment/api" is not a StatefulSet`},
		{name: "no name", args: []string{"web", "a b"}, err: `"a b" is no name of a StatefulSet`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := SetNames(test.args)
			if test.err != "" {
				requireUsage(t, err, test.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.want, got)
		})
	}
}
