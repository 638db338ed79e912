select '{{ env_var("APPORTION_NO_SUCH_VARIABLE") }}' as word
