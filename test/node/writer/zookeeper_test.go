package main

import (
	"encoding/binary"
	"io"
	"net"
	"testing"

	"github.com/stretchr/testify/require"
)

// playZooKeeper answers each request with the next of the answers, and returns the
// requests.
func playZooKeeper(t *testing.T, answers ...[]byte) (*zookeeper, <-chan []byte) {
	t.Helper()
	ours, theirs := net.Pipe()
	t.Cleanup(func() { _ = ours.Close(); _ = theirs.Close() })
	requests := make(chan []byte, len(answers))
	go func() {
		for _, answer := range answers {
			var length uint32
			if binary.Read(theirs, binary.BigEndian, &length) != nil {
				return
			}
			request := make([]byte, length)
			_, _ = io.ReadFull(theirs, request)
			requests <- request
			var framed message
			framed.bytes(answer)
			_, _ = theirs.Write(framed.Bytes())
		}
	}()
	return &zookeeper{conn: ours}, requests
}

func zkAnswer(xid, code int32, rest ...byte) []byte {
	var m message
	m.int(xid)
	m.long(7)
	m.int(code)
	m.Write(rest)
	return m.Bytes()
}

func TestZooKeeperWrites(t *testing.T) {
	z, requests := playZooKeeper(t, zkAnswer(1, 0), zkAnswer(2, -4), zkAnswer(1, 0), zkAnswer(4, zkNodeExists), []byte{0})
	ctx := t.Context()
	require.NoError(t, z.write(ctx, 42))
	require.Equal(t, "\x00\x00\x00\x01"+"\x00\x00\x00\x01"+"\x00\x00\x00\x09/proof/42"+"\x00\x00\x00\x00"+
		"\x00\x00\x00\x01"+"\x00\x00\x00\x1f"+"\x00\x00\x00\x05world"+"\x00\x00\x00\x06anyone"+"\x00\x00\x00\x00", string(<-requests))
	require.EqualError(t, z.write(ctx, 43), "ZooKeeper answers -4")
	require.EqualError(t, z.write(ctx, 44), "an answer to 1, not to 3")
	require.NoError(t, z.prepare(ctx), "another has made it")
	require.ErrorIs(t, z.write(ctx, 45), io.ErrUnexpectedEOF)
}

func TestZooKeeperValues(t *testing.T) {
	names := "\x00\x00\x00\x02" + "\x00\x00\x00\x01" + "7" + "\x00\x00\x00\x02" + "42"
	z, _ := playZooKeeper(t, zkAnswer(1, 0), zkAnswer(2, 0, []byte(names)...))
	values, err := z.values(t.Context())
	require.NoError(t, err)
	require.Equal(t, map[int64]bool{7: true, 42: true}, values)

	for in, want := range map[string]string{
		"":                                  "EOF",
		"\x00\x00\x00\x01":                  "EOF",
		"\x00\x00\x00\x01\x7f\xff\xff\xff7": "unexpected EOF",
		"\x00\x00\x00\x01\x00\x00\x00\x01x": "invalid syntax",
	} {
		_, err := children([]byte(in))
		require.ErrorContains(t, err, want, "%q", in)
	}
}
