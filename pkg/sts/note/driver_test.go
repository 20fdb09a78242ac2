package note_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/fieldmanager"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
)

const (
	byAlice = `{"version":1,"driver":{"user":"alice","host":"ci-7","process":12,"mark":"a b 1","since":"2030-01-02T03:04:05Z"}}`
	byBob   = `{"version":1,"driver":{"user":"bob","host":"lap\u001b[31mtop","process":13,"since":"2030-01-02T04:04:05Z"},` +
		`"managers":["ci"]}`
)

func TestWhoDrives(t *testing.T) {
	require.Equal(t, []string{"ci"}, note.ManagersOf(byBob))
	for want, d := range map[string]note.Driver{"": {}, "bob": {User: "bob"}, "ci-7": {Host: "ci-7"}} {
		require.Equal(t, want, d.Who())
	}
}

func TestTookOver(t *testing.T) {
	at := time.Date(2030, 1, 2, 5, 4, 5, 0, time.UTC)
	for _, test := range []struct {
		name, before, after, want string
	}{
		{
			"another process, whose words are cleaned", byAlice, byBob,
			"another run took over at 05:04:05Z (bob on laptop, since 2030-01-02T04:04:05Z)",
		},
		{
			"a run that has not written yet", "", byAlice,
			"another run took over at 05:04:05Z (alice on ci-7, since 2030-01-02T03:04:05Z)",
		},
		{"the same process", byAlice, byAlice, ""},
		{"a run of an older version", byAlice, `{"version":1}`, ""},
		{"nobody", byAlice, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) { require.Equal(t, test.want, note.TookOver(test.before, test.after, at)) })
	}
}

func TestOnlyOtherNamesThanThePluginsOwnAreKept(t *testing.T) {
	names := note.AddManager(nil, "")
	names = note.AddManager(names, fieldmanager.Ours)
	require.Empty(t, names)
	names = note.AddManager(note.AddManager(names, "ci"), "ci")
	require.Equal(t, []string{"ci"}, names)
	require.True(t, fieldmanager.Writer{Manager: "ci"}.Own(names...))
	require.False(t, fieldmanager.Writer{Manager: "ci"}.Own())
}
