package receipt_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-sts/kubectl-sts/pkg/receipt"
	"github.com/kubectl-sts/kubectl-sts/pkg/receipt/receipttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestARecordIsReadAsItWasWritten(t *testing.T) {
	b := receipttest.File(t)
	one, two := receipttest.Receipt("default", "data-web-1"), receipttest.Receipt("default", "data-web-2")
	one.Set, one.Template, one.Ordinal = "web", "data", 1
	require.NoError(t, b.Write(one))
	require.NoError(t, b.Write(two))

	require.Equal(t, []receipt.Receipt{receipttest.Restorable(one), receipttest.Restorable(two)}, receipttest.Read(t, b))
	info, err := os.Stat(b.Path())
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

// The deletion of a claim is tried again when the claim has changed: its status
// changes by itself when its pod is gone.
func TestARecordIsWrittenAgainOnlyWhereItMakesAnotherClaim(t *testing.T) {
	b := receipttest.File(t)
	one, two := receipttest.Receipt("default", "data-web-1"), receipttest.Receipt("default", "data-web-2")
	status := one
	status.Claim = one.Claim.DeepCopy()
	status.Claim.ResourceVersion, status.Claim.Status.Phase = "8", corev1.ClaimLost
	labelled := one
	labelled.Claim = one.Claim.DeepCopy()
	labelled.Claim.Labels["tier"] = "db"
	first, second := receipt.Entry{File: b}, receipt.Entry{File: b}
	require.NoError(t, first.Write(one))
	require.NoError(t, second.Write(two))
	for _, r := range []receipt.Receipt{status, one, labelled, labelled} {
		require.NoError(t, first.Write(r))
	}
	last := receipttest.Restorable(labelled)
	last.Claim.Labels = labelled.Claim.Labels
	require.Equal(t, []receipt.Receipt{last, receipttest.Restorable(two)}, receipttest.Read(t, b))
	data, err := os.ReadFile(b.Path())
	require.NoError(t, err)
	require.Equal(t, 3, strings.Count(string(data), "kind: PersistentVolumeClaim\n"), "%s", data)
}

func TestARecordIsAManifestThatKubectlTakes(t *testing.T) {
	b := receipttest.File(t)
	require.NoError(t, b.Write(receipttest.Receipt("default", "data-web-1")))
	data, err := os.ReadFile(b.Path())
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(data), "# what it is\n---\n"), "%s", data)

	claim := &corev1.PersistentVolumeClaim{}
	require.NoError(t, yaml.UnmarshalStrict(data, claim))
	require.Equal(t, "pv-data-web-1", claim.Spec.VolumeName)
	require.NotContains(t, string(data), "null")
}

func TestARecordThatWasNotWrittenToItsEndIsLeftOut(t *testing.T) {
	b := receipttest.File(t)
	require.NoError(t, b.Write(receipttest.Receipt("default", "data-web-1")))
	require.NoError(t, b.Write(receipttest.Receipt("default", "data-web-2")))
	data, err := os.ReadFile(b.Path())
	require.NoError(t, err)
	first := bytes.Index(data, []byte("\n...\n---\n"))
	for cut := first + len("\n...\n"); cut < len(data); cut++ {
		records, err := receipt.Parse(data[:cut])
		require.NoError(t, err)
		require.Len(t, records, 1, "cut at %d", cut)
	}
}

func TestARecordAfterOneThatWasTornIsRead(t *testing.T) {
	b := receipttest.File(t)
	require.NoError(t, b.Write(receipttest.Receipt("default", "data-web-1")))
	data, err := os.ReadFile(b.Path())
	require.NoError(t, err)
	_, body, _ := strings.Cut(string(data), "---\n")
	whole := "---\n" + body
	for cut := len("---\n"); cut < len(whole)-len("\n...\n"); cut++ {
		records, err := receipt.Parse([]byte(whole[:cut] + "\n" + whole))
		require.NoError(t, err, "cut at %d", cut)
		require.Equal(t, []receipt.Receipt{receipttest.Restorable(receipttest.Receipt("default", "data-web-1"))}, records)
	}
}

func TestARecordThatWasEditedToNonsenseIsNone(t *testing.T) {
	b := receipttest.File(t)
	require.NoError(t, b.Write(receipttest.Receipt("default", "data-web-1")))
	data, err := os.ReadFile(b.Path())
	require.NoError(t, err)
	for old, hostile := range map[string]string{
		"reclaim-policy: Delete": "reclaim-policy: Shred", "uid: pv-data-web-1-uid": `uid: ""`,
		"kind: PersistentVolumeClaim": "kind: Secret",
		"namespace: default":          `namespace: ""`, "volumeName: pv-data-web-1": `volumeName: ""`, "deleted: ": "deleted: soon ",
		"name: data-web-1": "name: ../../secrets/x", `ordinal: "0"`: "ordinal: many",
	} {
		require.Contains(t, string(data), old)
		_, err := receipt.Parse([]byte(strings.Replace(string(data), old, hostile, 1)))
		require.ErrorContains(t, err, "not a record of kubectl sts prune-pvc", "%s", hostile)
	}
}

// A claim that changed while it was to be deleted is written down again.
func TestOfTwoRecordsOfAClaimTheLastOneCounts(t *testing.T) {
	b := receipttest.File(t)
	first, second := receipttest.Receipt("default", "data-web-1"), receipttest.Receipt("default", "data-web-1")
	other := receipttest.Receipt("default", "data-web-2")
	second.Claim.Labels = map[string]string{"app": "db"}
	for _, r := range []receipt.Receipt{first, other, second} {
		require.NoError(t, b.Write(r))
	}

	got := receipttest.Read(t, b)

	require.Len(t, got, 2)
	require.Equal(t, second.Claim.Labels, got[0].Claim.Labels)
	require.Equal(t, "data-web-2", got[1].Claim.Name)
}

func TestOtherFilesAreNoRecords(t *testing.T) {
	good := "---\napiVersion: v1\nkind: PersistentVolumeClaim\n"
	for _, text := range []string{good + "...\n", ": {\n...\n", strings.Replace(good, "PersistentVolumeClaim", "Pod", 1) + "...\n"} {
		_, err := receipt.Parse([]byte(text))
		require.ErrorContains(t, err, "not a record of kubectl sts prune-pvc", "%s", text)
	}
	records, err := receipt.Parse([]byte("kind: Pod\n"))
	require.NoError(t, err)
	require.Empty(t, records)
}

func TestTheNewestRecordOfEachClaimCounts(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "[a-")
	const spoilt = "---\nkind: Pod\n...\n"
	for i, names := range [][]string{{"data-web-1", "data-web-2"}, {"data-web-1"}} {
		b := &receipt.File{Dir: dir, Now: func() time.Time { return ststest.Start.Add(time.Duration(i) * time.Hour) }}
		for _, name := range names {
			r := receipttest.Receipt("default", name)
			r.Set = fmt.Sprint(i)
			require.NoError(t, b.Write(r))
		}
		path, err := b.Close()
		require.NoError(t, err)
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, append([]byte(spoilt), data...), 0o600), "somebody edits it")
	}
	elsewhere := &receipt.File{Dir: dir, Now: func() time.Time { return ststest.Start.Add(9 * time.Hour) }}
	other := receipttest.Receipt("default", "data-web-2")
	other.Cluster = "https://elsewhere"
	require.NoError(t, elsewhere.Write(other))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "folder.yaml"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "z.yaml"), []byte("kind: Pod\n...\n"), 0o600))

	found, err := receipt.Find(dir, func(r receipt.Receipt) bool { return r.Claim.Namespace == "default" })

	require.NoError(t, err)
	got := map[string]string{}
	for _, f := range found {
		got[f.Claim.Name+" "+f.Cluster] = f.Set
		require.FileExists(t, f.File)
	}
	require.Equal(t, map[string]string{
		"data-web-1 https://here": "1", "data-web-2 https://here": "0", "data-web-2 https://elsewhere": "",
	}, got)
}

func TestAFolderThatIsNotThereHasNoRecords(t *testing.T) {
	found, err := receipt.Find(filepath.Join(t.TempDir(), "none"), func(receipt.Receipt) bool { return true })

	require.NoError(t, err)
	require.Empty(t, found)
}

func TestAFileWithoutRecordsGoes(t *testing.T) {
	b := &receipt.File{Dir: t.TempDir(), Now: time.Now, Head: "x"}
	require.NoError(t, b.Prepare())
	path := b.Path()
	require.FileExists(t, path)

	left, err := b.Close()

	require.NoError(t, err)
	require.Empty(t, left)
	require.NoFileExists(t, path)
}

func TestWhereRecordsGo(t *testing.T) {
	t.Setenv("HOME", "/home/jo")
	for state, want := range map[string]string{
		"":         "/home/jo/.local/state/kubectl-sts/pruned",
		"relative": "/home/jo/.local/state/kubectl-sts/pruned", // which the XDG specification calls invalid
		"/state":   "/state/kubectl-sts/pruned",
	} {
		t.Setenv("XDG_STATE_HOME", state)
		dir, err := receipt.Dir("")
		require.NoError(t, err)
		require.Equal(t, want, dir)
	}
}

// A claim that is recreated, empty, and deleted as well must not hide where the
// data of the first one is.
func TestOlderRecordsOfOtherVolumesAreFoundBesideTheNewest(t *testing.T) {
	dir := t.TempDir()
	for i, volume := range []string{"pv-first", "pv-second", "pv-first", "pv-third"} {
		b := &receipt.File{Dir: dir, Now: func() time.Time { return ststest.Start.Add(time.Duration(i) * time.Hour) }}
		r := receipttest.Receipt("default", "data-web-1")
		r.Volume, r.Claim.Spec.VolumeName = volume, volume
		require.NoError(t, b.Write(r))
		_, err := b.Close()
		require.NoError(t, err)
	}

	found, err := receipt.Find(dir, func(receipt.Receipt) bool { return true })

	require.NoError(t, err)
	require.Len(t, found, 1)
	var volumes []string
	for _, older := range found[0].Older {
		volumes = append(volumes, older.Volume)
		require.FileExists(t, older.File)
		require.Empty(t, older.Older)
	}
	require.Equal(t, "pv-third", found[0].Volume)
	require.Equal(t, []string{"pv-second", "pv-first"}, volumes)
}
