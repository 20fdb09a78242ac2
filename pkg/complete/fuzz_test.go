package complete

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
)

// FuzzOrdinals completes any beginning of a list of ordinals: each word that is
// offered goes on from it, with an ordinal of the set that is not there yet.
func FuzzOrdinals(f *testing.F) {
	for _, text := range []string{"", "2,", "1-", "2,4-", "0-2000000000,", "9-", "x", "1,,", "3-1,", "-", "99999999999999999999-", "0-4,"} {
		f.Add(text)
	}
	f.Add(strings.Repeat("0-2147483647,", 1000))
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, typed string) {
		defer within.Input(t)()
		s := ststest.Snapshot(ststest.Set(ststest.From(2)), ststest.Pods(2, 7))
		words := ordinals(s, typed)
		require.LessOrEqual(t, len(words), s.Replicas())
		done := typed[:strings.LastIndexByte(typed, ',')+1]
		for _, word := range words {
			require.True(t, strings.HasPrefix(word, done))
		}
		for o := range s.Ordinals().All() {
			if strings.Contains(","+done, fmt.Sprintf(",%d,", o)) {
				require.NotContains(t, words, fmt.Sprintf("%s%d", done, o))
			}
		}
	})
}

// FuzzImage completes the image of a container that has any text for its image:
// what a shell is told is one line.
func FuzzImage(f *testing.F) {
	for _, image := range []string{
		"nginx:1.21", "registry:5000/a", "registry:5000/a:b@sha256:c", "a@b@c", ":", "\x1b[31m:\n", "a\tb", "\xff",
	} {
		f.Add(image, "nginx=")
		f.Add(image, "")
	}
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, image, typed string) {
		defer within.Input(t)()
		set := ststest.Set()
		set.Spec.Template.Spec.Containers[0].Image = image
		for _, word := range images(ststest.Snapshot(set), typed) {
			require.True(t, strings.HasPrefix(word, "nginx="))
			fuzztest.Harmless(t, strings.Replace(word, "\t", " ", 1))
			require.NotContains(t, word, "\n")
		}
		require.True(t, strings.HasPrefix(image, repository(image)))
	})
}
